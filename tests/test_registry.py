"""The registry: packs read when they are asked for, and what they must not say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.errors import BadPack
from clew.knowledge.facts import CalleeFacts
from clew.knowledge.lines import PACKS
from clew.knowledge.registry import Knowledge
from clew.knowledge.schema import parsed_pack


@dataclass(frozen=True, slots=True)
class Bad:
    name: str
    text: str
    says: str


BAD = [
    Bad("not TOML", "[[facts]", "is not TOML"),
    Bad("an unknown key of the pack", 'purity = "x"', "unknown key `purity` in the pack"),
    Bad("an unknown fact", '[[facts]]\nnames = "a.b"\npur = true', "unknown key `pur` in a.b (did you mean pure?)"),
    Bad("facts about nothing", "[[facts]]\npure = true", "facts without `names`"),
    Bad("names as a list", '[[facts]]\nnames = ["a.b"]\npure = true', "`names` must be a text"),
    Bad("an open brace", '[[facts]]\nnames = "a.{b"\npure = true', "`names`: a brace is opened"),
    Bad("one table", '[facts]\nnames = "a.b"', "`facts` must be tables"),
    Bad("a truth as a text", '[[facts]]\nnames = "a.b"\npure = "yes"', "`pure` in a.b cannot be 'yes'"),
    Bad("a text where many are meant", '[[facts]]\nnames = "a.b"\nchanges = "self"', "`changes` in a.b cannot be"),
    Bad("a figure that is none", '[[facts]]\nnames = "a.b"\nfigure = "last"', "`figure` in a.b cannot be 'last'"),
    Bad("pure and changing", '[[facts]]\nnames = "a.b"\npure = true\nchanges = ["0"]', "can be only one of"),
    Bad("shallow alone", '[[facts]]\nnames = "a.b"\npure = true\nshallow = true', "is `shallow`"),
    Bad("nothing said", '[[facts]]\nnames = "a.b"\nunless = ["x"]', "says nothing"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad_packs_are_refused(case: Bad) -> None:
    with pytest.raises(BadPack) as caught:
        parsed_pack("mine", case.text)
    assert caught.value.pack == "mine"
    assert case.says in str(caught.value)


def test_our_packs_are_good() -> None:
    Knowledge().check()


def test_no_pack_says_two_things_of_one_name() -> None:
    for path in sorted(Path(PACKS).glob("*.toml")):
        names = [name for entry in parsed_pack(path.stem, path.read_text()).entries for name in entry.names]
        twice = sorted({name for name in names if names.count(name) > 1})
        assert not twice, path.stem


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    facts: CalleeFacts
    positional: int
    keywords: tuple[str, ...]
    holds: bool


INPLACE = CalleeFacts(pure=True, unless=("inplace", "2"))
CALLS = [
    Call("a call without the argument", INPLACE, 1, ("axis",), True),
    Call("with it by keyword", INPLACE, 1, ("inplace",), False),
    Call("with it by position", INPLACE, 3, (), False),
    Call("facts without conditions", CalleeFacts(pure=True), 9, ("inplace",), True),
]


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case.name)
def test_facts_hold_unless_an_argument_is_given(case: Call) -> None:
    assert case.facts.hold(case.positional, case.keywords) is case.holds


def test_facts_with_conditions_do_not_hold_where_anything_may_be_given() -> None:
    assert not INPLACE.hold(0, (), starred=True)
    assert CalleeFacts(pure=True).hold(0, (), starred=True)


@dataclass(frozen=True, slots=True)
class About:
    callee: str
    facts: CalleeFacts | None


SAID = [
    About("builtins.list.append", CalleeFacts(changes=("self",))),
    About("builtins.eval", CalleeFacts(reads_names=True)),
    About("numpy.random.seed", CalleeFacts(pure=True, seeds=("numpy.random",))),
    About("pandas.DataFrame.pop", CalleeFacts(changes=("self",), calls_back=("*",))),
    About("pandas.core.frame.DataFrame.pop", CalleeFacts(changes=("self",), calls_back=("*",))),
    About("pandas.DataFrame.no_such_method", None),
    About("nobody.knows", None),
    About("nodots", None),
]


@pytest.mark.parametrize("case", SAID, ids=lambda case: case.callee)
def test_about(case: About) -> None:
    assert Knowledge().about(case.callee) == case.facts


def test_what_changes_things_is_never_called_pure() -> None:
    impure = """
        builtins.list.sort builtins.dict.setdefault builtins.next builtins.set.add collections.deque.append
        pandas.DataFrame.insert pandas.Series.update pandas.DataFrame.pop numpy.ndarray.sort numpy.ndarray.fill
        numpy.fill_diagonal numpy.copyto numpy.put random.shuffle numpy.random.shuffle
        numpy.random._generator.Generator.normal sklearn.linear_model._base.LinearRegression.fit
        sklearn.preprocessing._data.StandardScaler.transform heapq.heappush _heapq.heappush _bisect.insort_right
        torch.Tensor.add_ matplotlib.axes._axes.Axes.plot matplotlib.pyplot.plot networkx.classes.graph.Graph.add_edge
        PIL.Image.Image.paste polars.dataframe.frame.DataFrame.extend pandas.io.formats.style.Styler.concat
    """.split()
    knowledge = Knowledge()
    facts = {name: knowledge.about(name) for name in impure}
    assert not [name for name, each in facts.items() if each is None or each.pure or each.pure_if_inert]


def test_packs_are_read_when_first_asked_about() -> None:
    knowledge = Knowledge()
    knowledge.about("math.sin")
    assert set(knowledge._shelves) == {"stdlib"}


def test_a_users_pack_counts_before_ours_and_can_be_read_again(tmp_path: Path) -> None:
    pack = tmp_path / "pandas.toml"
    knowledge = Knowledge([tmp_path])
    assert knowledge.about("pandas.DataFrame.head") == CalleeFacts(pure=True, calls_back=("*",), iterates=True)
    pack.write_text('[[facts]]\nnames = "pandas.**.DataFrame.*"\nchanges = ["self"]\n')
    knowledge.reload()
    assert knowledge.about("pandas.DataFrame.head") == CalleeFacts(changes=("self",))
    assert knowledge.about("pandas.Series.head") == CalleeFacts(pure=True, calls_back=("*",), iterates=True)


def test_a_users_broken_pack_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "math.toml").write_text("nonsense = 1")
    (tmp_path / "mine.toml").write_text("nonsense = 1")
    knowledge = Knowledge([tmp_path])
    assert knowledge.about("mine.f") is None
    assert [fault.pack for fault in knowledge.faults] == ["mine"]
    with pytest.raises(BadPack, match="nonsense"):
        knowledge.check()


INERT = [
    "re.Pattern",
    "datetime.datetime",
    "pandas.Timestamp",
    "pandas._libs.tslibs.timestamps.Timestamp",
    "numpy.float64",
]


@pytest.mark.parametrize("name", INERT)
def test_inert_types(name: str) -> None:
    assert Knowledge().is_inert(name)


LIVE = """
    builtins.list builtins.type builtins.builtin_function_or_method builtins.function builtins.method functools.partial
    numpy.ndarray numpy.ufunc pandas.DataFrame __main__.Pattern
""".split()


@pytest.mark.parametrize("name", LIVE)
def test_types_with_state(name: str) -> None:
    assert not Knowledge().is_inert(name)


class Owner:
    def method(self) -> None: ...


PURE = [len, str.lower, int, {}.get, abs, "a".join]
IMPURE = [[].append, {}.pop, list.append, lambda: 0, Owner().method, next, set().add]


@pytest.mark.parametrize("callee", PURE, ids=lambda callee: callee.__qualname__)
def test_callables_that_may_be_handed_on(callee: object) -> None:
    assert Knowledge().is_pure_callable(callee)


@pytest.mark.parametrize("callee", IMPURE, ids=lambda callee: getattr(callee, "__name__", "?"))
def test_callables_that_may_not(callee: object) -> None:
    assert not Knowledge().is_pure_callable(callee)
