"""The bundled notebook: its tables, what its slice holds, and the proof that it is right."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

CHURN = Path(__file__).parents[1] / "examples" / "churn"

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
    """What the demo runs: the code on standard output, the verdict last on standard error."""
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    argv = [sys.executable, "-m", "clew", "slice", str(CHURN / "churn.ipynb"), "model", "--verify"]
    with tempfile.TemporaryDirectory() as store:
        own = os.environ | {"CLEW_STORE": store}
        return subprocess.run(argv, env=own, capture_output=True, encoding="utf-8", timeout=300, check=False)


def test_the_tables_are_the_ones_that_make_data_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(CHURN / "make_data.py"), str(tmp_path)], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in CHURN.glob("*.csv")}


@pytest.mark.slow
def test_the_model_is_proved_the_same() -> None:
    done = proof()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == "clew: model: the slice, run alone, makes the same value"


@pytest.mark.slow
@pytest.mark.parametrize("line", NEEDED)
def test_the_slice_holds_what_made_the_model(line: str) -> None:
    assert line in proof().stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("word", LEFT_OUT)
def test_the_slice_holds_no_dead_end(word: str) -> None:
    assert not [line for line in proof().stdout.splitlines() if word in line and "import" not in line]
