"""Code that asks for what is another one each time is told by its words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.checks.luck import may_be_luck


@dataclass(frozen=True, slots=True)
class Case:
    """Some code, and whether the value that it makes may be the same by luck."""

    name: str
    code: str
    want: bool


CASES = [
    Case("a clock", "t = time.time_ns() % 2", True),
    Case("a clock by its name alone", "t = perf_counter()", True),
    Case("the number of a process", "p = os.getpid() % 2", True),
    Case("a hash", "h = hash('a') % 2", True),
    Case("a name of chance", "u = uuid.uuid4()", True),
    Case("a secret", "s = secrets.choice('ab')", True),
    Case("a generator without a seed", "g = np.random.default_rng( )", True),
    Case("a generator with one", "g = np.random.default_rng(3)\nr = random.Random(2)", False),
    Case("the order of a set", "labels = list(set(names))", True),
    Case("a set of which the order is no matter", "labels = sorted(set(names))\nn = len(set(names))", False),
    Case("the order of a set in place", "first = next(iter({word, other}))", True),
    Case("a cell that is not Python", "%time t = time.time()", True),
    Case("names that only end so", "grid(1)\nmy_hash(2)\nreset(3)\nruntime(4)", False),
    Case("plain code", "x = [1, 2]\ny = sum(x)", False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_luck(case: Case) -> None:
    assert may_be_luck(case.code) is case.want
