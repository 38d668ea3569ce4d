"""The bundled notebook: its tables, what its slice holds, and the proof that `./scripts/demo` gives."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CHURN = Path(__file__).parents[1] / "examples" / "churn"
PROVE = Path(__file__).parents[1] / "scripts" / "prove.py"

NEEDED = [
    'customers = pd.read_csv("customers.csv", parse_dates=["signed_up"])',
    'customers.loc[wrong, "monthly_fee"] = customers.loc[wrong, "monthly_fee"] / 100',
    'customers["age"] = customers["age"].fillna(customers["age"].median())',
    'customers["tenure_days"] = (TODAY - customers["signed_up"]).dt.days',
    'customers["ticket_minutes"] = customers["customer_id"].map(minutes).fillna(0)',
    'numeric = ["age", "monthly_fee", "hours_per_week"]',
    "columns = numeric",
    'numeric += ["tenure_days", "ticket_minutes"]',
    "    wide = table[columns].copy()",
    "np.random.seed(SEED)",
    "train, test = train_test_split(customers, test_size=0.25)",
    "model.fit(X, y, sample_weight=weights)",
]
LEFT_OUT = [
    "plt",
    "tree",
    "forest",
    "topics",
    "joined",
    "random.sample",
    "print",
    "describe",
    "calibrated",
    "trial",
    "assert",
]


@cache
def proof() -> subprocess.CompletedProcess[str]:
    """What the demo says; its code stands between two rules."""
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    argv = [sys.executable, str(PROVE), str(CHURN / "churn.ipynb"), "model", "model.coef_.round(3)"]
    return subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)


def test_the_tables_are_the_ones_that_make_data_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(CHURN / "make_data.py"), str(tmp_path)], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in CHURN.glob("*.csv")}


@pytest.mark.slow
def test_the_model_is_proved_the_same() -> None:
    done = proof()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "model is the same, bit for bit." in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("line", NEEDED)
def test_the_slice_holds_what_made_the_model(line: str) -> None:
    assert line in proof().stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("word", LEFT_OUT)
def test_the_slice_holds_no_dead_end(word: str) -> None:
    code = proof().stdout.split("─\n")[1]
    assert not [line for line in code.splitlines() if word in line and "import" not in line]
