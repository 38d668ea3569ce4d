"""Makes the two tables of the churn example, the same ones every time: `python make_data.py [FOLDER]`."""

import csv
import math
import random
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

PLANS = {"basic": 9.0, "family": 17.0, "premium": 24.0}
REGIONS = ("north", "south", "east", "west")
TOPICS = ("billing", "quality", "login", "other")
TODAY = date(2026, 6, 30)


def main(folder: Path) -> None:
    """Write customers.csv and tickets.csv."""
    source = random.Random(20260630)
    customers = [customer(source, number) for number in range(1, 421)]
    tickets = [row for each in customers for row in tickets_of(source, each)]
    for each in customers:
        each["churned"] = int(source.random() < chance_of_leaving(each, tickets))
    write(folder / "customers.csv", (spoil(source, each) for each in customers))
    write(folder / "tickets.csv", tickets)


def customer(source: random.Random, number: int) -> dict[str, object]:
    """One customer, tidy."""
    plan = source.choice(list(PLANS))
    fee = round(PLANS[plan] * source.uniform(0.85, 1.25), 2)
    signed_up = TODAY - timedelta(days=int(source.expovariate(1 / 500)) + 20)
    return {
        "customer_id": f"C{number:04d}",
        "signed_up": signed_up.isoformat(),
        "plan": plan,
        "region": source.choice(REGIONS),
        "age": source.randint(18, 79),
        "monthly_fee": fee,
        "hours_per_week": round(source.gammavariate(2.2, 3.0), 1),
    }


def tickets_of(source: random.Random, of: dict[str, object]) -> list[dict[str, object]]:
    """The support tickets that a customer opened."""
    count = min(int(source.expovariate(0.9)), 6)
    return [
        {
            "customer_id": of["customer_id"],
            "opened": (TODAY - timedelta(days=source.randint(0, 180))).isoformat(),
            "topic": source.choice(TOPICS),
            "minutes": source.randint(2, 55),
        }
        for _ in range(count)
    ]


def chance_of_leaving(who: dict[str, object], tickets: Iterable[dict[str, object]]) -> float:
    """The truth that a model has to find: short tenure, high fees, few hours and many minutes on the phone."""
    days = (TODAY - date.fromisoformat(str(who["signed_up"]))).days
    minutes = sum(int(str(row["minutes"])) for row in tickets if row["customer_id"] == who["customer_id"])
    fee, hours = float(str(who["monthly_fee"])), float(str(who["hours_per_week"]))
    score = -0.6 + 0.035 * minutes + 0.06 * (fee - 16) - 0.16 * (hours - 6) - 0.5 * math.log(days / 300)
    return 1 / (1 + math.exp(-score))


def spoil(source: random.Random, row: dict[str, object]) -> dict[str, object]:
    """What real tables look like: ages missing, plans misspelt, fees in cents."""
    odds = source.random()
    if odds < 0.06:
        return row | {"age": ""}
    if odds < 0.11:
        return row | {"plan": str(row["plan"]).upper()}
    if odds < 0.13:
        return row | {"monthly_fee": int(float(str(row["monthly_fee"])) * 100)}
    return row


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Write rows as CSV, with the keys of the first as header."""
    table = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
