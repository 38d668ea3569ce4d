"""The executor: each point of what it promises, by name."""

from __future__ import annotations

import asyncio
import builtins
import gc
import json
import os
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import clew
from clew import session as parts
from clew.api import recording
from clew.errors import CannotExecute, NoValue, UnknownSession
from clew.executor import Executor
from clew.model.effects import Reason
from clew.replay.execution import Progress
from clew.replay.nodes import Node, NodeKind, external
from clew.replay.sideeffects import AccessedGlobals, ChangedNode, ChangedState, DependsOn, ViewOf
from clew.store.executions import Executions
from clew.store.sessions import State


@pytest.fixture
def ex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEW_STRICT", "1")
    with Executor(store=str(tmp_path / ".clew")) as made:
        yield made


def code(text: str) -> str:
    return textwrap.dedent(text)


def of_kind(ex: Executor, node: Node, kind: NodeKind) -> list[Node]:
    return [each for each in ex.nodes_of(node) if each.kind is kind]


# ---- as it is written, or after the fact --------------------------------------------------------------------


def test_node_by_node_as_it_is_created(ex: Executor) -> None:
    [first] = ex.execute("a = 6")
    assert ex.get_value(first) == 6
    second, third = ex.execute("b = a * 7\nb + 0")
    assert (ex.get_value(second), ex.get_value(third)) == (42, 42)
    assert ex.nodes == (Node(0), Node(1), Node(2))
    assert ex.values == {"a": 6, "b": 42}
    assert {each.on for each in ex.graph.dependences[1]} == {0}


def test_a_whole_graph_after_the_fact(ex: Executor, tmp_path: Path) -> None:
    ex.execute("import os\na = [1]\nhere = os.getcwd()")
    ex.execute("a.append(2)")
    again = ex.execute_graph(ex.graph)
    assert again.nodes == (Node(0), Node(1), Node(2), Node(3))
    assert again.values == {"a": [1, 2], "here": str(tmp_path)}


def test_what_was_captured_is_a_session_like_any_other(ex: Executor, tmp_path: Path) -> None:
    ex.execute("a = [1]\nb = 'not needed'")
    ex.execute("a.append(2)\nc = sum(a)")
    store = str(tmp_path / ".clew")
    assert clew.slice("c", session=ex.session, store=store).code == "a = [1]\n\na.append(2)\nc = sum(a)\n"
    assert ex.execute_graph(ex.session).get_value("c") == 3


def test_what_was_captured_is_cut_where_a_with_swallows_an_error(ex: Executor) -> None:
    ex.execute(
        "import contextlib\nx = 0\nwith contextlib.suppress(ZeroDivisionError):\n    x = 1\n    1 / 0\n    x = 2\ny = x"
    )
    assert ex.get_value("y") == 1
    assert "1 / 0" in ex.code("y")


def test_a_session_in_its_own_folder_which_is_left_as_it_was(ex: Executor, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with Executor(store=str(tmp_path / ".clew"), folder=home) as elsewhere:
        elsewhere.execute(
            "import os\nopen('made', 'w').close()\nos.mkdir('deeper')\nos.chdir('deeper')\nos.rmdir('../deeper')"
        )
        session = elsewhere.session
    (home / "made").unlink()
    before = os.getcwd()
    ex.execute_graph(session)
    assert (home / "made").exists()
    assert os.getcwd() == before


FAILING = ("1 / 0", "raise KeyboardInterrupt", "import nothing_by_this_name", "x = = 1", "int('x')")


@pytest.mark.parametrize("raising", FAILING)
def test_the_folder_is_restored_whatever_happens(ex: Executor, tmp_path: Path, raising: str) -> None:
    before = (os.getcwd(), sys.argv, sys.modules["__main__"], sys.getrecursionlimit())
    program = tmp_path / "program.py"
    program.write_text(f"import os\nos.chdir('/')\n{raising}\n", encoding="utf-8")
    with pytest.raises((ZeroDivisionError, KeyboardInterrupt, ImportError, ValueError, SyntaxError)) as caught:
        ex.execute_file(program)
    assert before == (os.getcwd(), sys.argv, sys.modules["__main__"], sys.getrecursionlimit())
    if caught.type is not SyntaxError:
        with pytest.raises(caught.type):
            ex.execute_graph(ex.graph)
    assert before == (os.getcwd(), sys.argv, sys.modules["__main__"], sys.getrecursionlimit())


def test_a_program_that_leaves_is_at_its_end(ex: Executor) -> None:
    ex.execute("x = 1\nimport sys\nsys.exit(3)\nx = 2")
    assert ex.latest is not None
    assert ex.latest.error is None
    assert ex.latest.run.left is not None
    assert (ex.latest.run.left.code, ex.values) == (3, {"x": 1})


def test_a_program_is_executed_as_a_script(ex: Executor, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\nif __name__ == '__main__':\n    args = sys.argv\nname = __file__\n", encoding="utf-8"
    )
    ex.execute_file(program)
    assert ex.get_value("name") == str(program)
    assert ex.get_value("args") == [str(program)]
    assert "__main__" not in (sys.argv, sys.modules["__main__"].__dict__.get("args"))


def test_a_graph_recorded_by_a_run_is_executed(ex: Executor, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os\nrows = [3, 1]\nrows.sort()\ntop = rows[0]\nhere = os.getcwd()\n", encoding="utf-8")
    done = parts.capture(program, (), allow_errors=False, store=str(tmp_path / ".clew"), quiet=True)
    found = recording(done.session, store=str(tmp_path / ".clew"))
    for graph in (done.session, found, found.graph):
        again = ex.execute_graph(graph)
        assert [node.step for node in again.nodes] == [step.number for step in found.graph.steps]
        assert (again.get_value("top"), again.get_value(2)) == (1, None)
        assert again.get_value("here") == str(tmp_path)


def test_a_slice_is_executed(ex: Executor) -> None:
    ex.execute("a = 1\nb = 2\nc = a + 1")
    view = clew.slice("c", session=ex.session, store=ex.setting)
    assert ex.run(view).values == {"a": 1, "c": 2}
    assert ex.run(ex.session, chosen=view.steps).values == {"a": 1, "c": 2}


def test_an_artifacts_code_is_executed(ex: Executor) -> None:
    ex.execute("a = [1]\na.append(2)\nb = 3")
    kept = ex.save("a", "numbers")
    assert kept.value == [1, 2]
    assert ex.run(kept).values == {"a": [1, 2]}


# ---- after a node -------------------------------------------------------------------------------------------


def test_its_value_in_memory(ex: Executor) -> None:
    made, shown, two = ex.execute("a = [1]\nlen(a)\nb = c = object()")
    assert ex.get_value(made) is ex.get_value("a")
    assert ex.get_value(shown) == 1
    assert ex.get_value(two) is ex.get_value(two, "c")
    [none] = ex.execute("pass")
    with pytest.raises(NoValue, match="step 3: it bound no variable"):
        ex.get_value(none)
    [several] = ex.execute("x, y = 1, 2")
    with pytest.raises(NoValue, match=r"it has several, so say which \(there are x, y\)"):
        ex.get_value(several)
    assert ex.get_value(several, "y") == 2


def test_no_values_are_kept_where_that_is_asked(tmp_path: Path) -> None:
    with Executor(record=False, folder=tmp_path, keep=False) as ex:
        ex.execute("class A: pass\nimport weakref\na = A()\ngone = weakref.ref(a)")
        [node] = ex.execute("a = None")
        assert ex.values["gone"]() is None  # type: ignore[operator]  # a weak reference
        with pytest.raises(NoValue, match="this execution keeps no values"):
            ex.get_value(node)
        ex.execute(
            "class D:\n    def __del__(self): died.append(1)\ndied = []\nheld = [D()]\nheld.pop()\nn = len(died)"
        )
        assert ex.values["n"] == 1
        assert "held.pop()" in ex.code("n")


def test_its_start_and_end_time(ex: Executor) -> None:
    before = time.time()
    _, slept, after = ex.execute("import time\ntime.sleep(0.05)\nx = 1")
    began, ended = ex.get_execution_time(slept)
    assert before - 0.01 <= began.timestamp() <= ended.timestamp() <= time.time() + 0.01
    assert (ended - began).total_seconds() >= 0.05
    assert ended <= ex.get_execution_time(after)[0]
    [call] = of_kind(ex, slept, NodeKind.CALL)
    assert began <= ex.get_execution_time(call)[0] <= ended


def test_changed_nodes_are_side_effects(ex: Executor) -> None:
    made, _, changing = ex.execute("d = {'k': [1]}\nother = [2]\nd['k'].append(3)")
    assert ex.side_effects(changing) == (ChangedNode(made, "d"),)
    assert ex.side_effects(made) == ()


def test_views_of_the_same_memory_are_side_effects(ex: Executor) -> None:
    numpy = pytest.importorskip("numpy")
    _, base, view, changing = ex.execute("import numpy as np\na = np.zeros(4)\nv = a[1:]\nv[0] = 9")
    assert ex.side_effects(view) == (ViewOf("v", base, "a"),)
    assert {(each.node, each.name) for each in ex.side_effects(changing) if isinstance(each, ChangedNode)} == {
        (base, "a"),
        (view, "v"),
    }
    assert numpy.array_equal(ex.get_value("a"), [0, 9, 0, 0])
    _, holder = ex.execute("inner = [1]\nouter = {'in': inner}")
    assert ex.side_effects(holder) == (ViewOf("outer", ex.look_up("inner"), "inner"),)


def test_values_of_one_step_may_be_views_of_each_other(ex: Executor) -> None:
    [node] = ex.execute("a, b = [(c, [c]) for c in [[1]]][0]")
    assert ex.side_effects(node) == (ViewOf("a", node, "b"),)


def test_two_instances_of_a_class_are_no_views_of_each_other(ex: Executor) -> None:
    *_, second = ex.execute("class A: pass\na = A()\nb = A()")
    assert ex.side_effects(second) == ()


def test_implicit_dependencies_on_external_state_are_side_effects(ex: Executor, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("7", encoding="utf-8")
    ex.execute(
        "import random\nn = int(open('in.txt').read())\nwith open('out.txt', 'w') as f: f.write('x')\nr = random.random()"
    )
    files = ex.look_up("file_system")
    effects = [effect for node in ex.nodes for effect in ex.side_effects(node)]
    assert DependsOn(files, str(tmp_path / "in.txt")) in effects
    assert any(isinstance(each, ChangedState) and each.place == str(tmp_path / "out.txt") for each in effects)
    random = ex.look_up("random", outside=True)
    assert DependsOn(random) in effects
    assert ChangedState(random) in effects


# ---- executions apart ---------------------------------------------------------------------------------------

RANDOM = "import random\nx = random.random()\ny = [1]\ny.append(x)"


def test_a_graph_is_executed_many_times_and_the_values_told_apart(ex: Executor) -> None:
    ex.execute(RANDOM)
    graph = ex.graph
    runs = [ex.execute_graph(graph) for _ in range(3)]
    assert len({run.get_value("x") for run in runs}) == 3
    assert [run.get_value("y") for run in runs] == [[1, run.get_value(1)] for run in runs]
    rows = ex.executions(ex.session)
    assert [row.number for row in rows] == [1, *(run.number for run in runs)]
    assert all(row.ended is not None and not row.error for row in rows[1:])
    steps = [ex.executed(row.number) for row in rows]
    assert {tuple(step.step for step in each) for each in steps} == {(0, 1, 2, 3)}
    assert len({each[1].values["x"].digest for each in steps}) == 4
    assert len({each[2].values["y"].digest for each in steps}) == 1
    assert steps[0][1].values["x"].type == "builtins.float"


def test_each_execution_loads_the_programs_own_modules_anew(ex: Executor, tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text("calls = []\ndef count():\n    calls.append(1)\n    return len(calls)\n")
    ex.execute("import counting\nn = counting.count()")
    graph = ex.graph
    first, second = ex.execute_graph(graph), ex.execute_graph(graph)
    assert (first.get_value("n"), second.get_value("n")) == (1, 1)
    assert first.get_value("counting") is not second.get_value("counting")


def test_an_execution_has_its_own_events_in_the_store(ex: Executor) -> None:
    ex.execute(RANDOM)
    again = ex.execute_graph(ex.graph)
    assert Executions(parts.bare_store(ex.setting).database).events(again.number) == again.run.events


def test_a_failed_execution_is_recorded_as_one(ex: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        ex.execute("x = 1\n1 / 0")
    [row] = ex.executions()
    assert row.error == "ZeroDivisionError: division by zero"
    assert [step.raised for step in ex.executed(row.number)] == ["", "ZeroDivisionError"]


def test_nothing_is_written_where_nothing_is_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Executor(record=False) as ex:
        ex.execute("x = 1")
        ex.execute_graph(ex.graph)
        assert ex.get_value("x") == 1
    assert list(tmp_path.iterdir()) == []


# ---- what code says -----------------------------------------------------------------------------------------


def test_a_bound_method_changes_its_object(ex: Executor) -> None:
    made, changing = ex.execute("a = [1]\na.append(2)")
    assert ex.side_effects(changing) == (ChangedNode(made, "a"),)
    _, kept, later = ex.execute("b = [1]\ngrow = b.append\ngrow(2)")
    names = {each.name for each in ex.side_effects(later) if isinstance(each, ChangedNode)}
    assert "b" in names
    assert "a" not in names
    assert callable(ex.get_value(kept))


def test_a_global_set_inside_a_called_function_is_a_value_of_that_call(ex: Executor) -> None:
    _, call = ex.execute("def f():\n    global g\n    g = 5\n    return 'r'\nh = f()")
    assert ex.get_value(call) == "r"
    assert ex.get_value(call, "g") == 5
    [inside] = of_kind(ex, call, NodeKind.GLOBAL)
    assert (inside.name, ex.get_value(inside)) == ("g", 5)
    assert ex.look_up("g") == call
    assert AccessedGlobals((), ("g",)) in ex.side_effects(call)
    _, reading = ex.execute("def r(): return g + 1\nr()")
    assert ex.get_value(reading) == 6
    assert AccessedGlobals(("g",), ()) in ex.side_effects(reading)


def test_starred_and_double_starred_arguments(ex: Executor) -> None:
    one, two, _, call = ex.execute(
        "a = [1]\nb = {'k': [2]}\ndef f(x, *rest, **more):\n    rest[0].append(9)\n    more['k'].append(x)\n    return len(rest), sorted(more)\nr = f(0, *[a, 1], **b)"
    )
    assert ex.get_value(call) == (2, ["k"])
    assert {(each.node, each.name) for each in ex.side_effects(call) if isinstance(each, ChangedNode)} == {
        (one, "a"),
        (two, "b"),
    }


def test_if_and_else_with_the_branch_not_taken(ex: Executor) -> None:
    ex.execute("x = 5\nif x > 3:\n    y = 'big'\nelse:\n    y = 'small'\n    z = 1")
    session = ex.session
    assert ex.execute_graph(session).values == {"x": 5, "y": "big"}
    other = ex.execute_graph(session, chosen=[1, 2], values={0: {"x": 1}})
    assert other.values == {"x": 1, "y": "small", "z": 1}
    assert [node.step for node in other.nodes] == [1, 3, 4]  # what the session did not run is numbered on


def test_imports(ex: Executor) -> None:
    plain, named, starred, from_ = ex.execute(
        "import os.path\nimport json as j\nfrom math import *\nfrom collections import OrderedDict as O, deque"
    )
    assert ex.get_value(plain) is os
    assert ex.get_value(named) is sys.modules["json"]
    assert ex.get_value(starred, "pi") == sys.modules["math"].pi
    assert ex.get_value(from_, "deque") is sys.modules["collections"].deque
    nodes = of_kind(ex, from_, NodeKind.IMPORT)
    assert [(node.name, ex.get_value(node)) for node in nodes] == [
        ("O", sys.modules["collections"].OrderedDict),
        ("deque", sys.modules["collections"].deque),
    ]


def test_literals(ex: Executor) -> None:
    [node] = ex.execute("x = [1, -2.5, 'three', None, True, b'six', 7j, ...]")
    found = [ex.get_value(each) for each in of_kind(ex, node, NodeKind.LITERAL)]
    assert found == [1, -2.5, "three", None, True, b"six", 7j, ...]


def test_look_ups_of_builtins_then_globals(ex: Executor, tmp_path: Path) -> None:
    [node] = ex.execute("n = len([1, 2])")
    [builtin] = of_kind(ex, node, NodeKind.LOOKUP)
    assert ex.get_value(builtin) is len
    assert ex.get_value(ex.look_up("sorted")) is sorted
    assert ex.get_value(ex.look_up("__name__")) == "__main__"
    assert ex.look_up("n") == node
    _, used = ex.execute("len = str\nm = len(5)")
    [own] = [each for each in of_kind(ex, used, NodeKind.LOOKUP) if each.name == "len"]
    assert ex.get_value(own) is str
    assert ex.get_value(builtin) is builtins.len  # it was that then
    assert ex.get_value("len") is str
    with pytest.raises(NameError, match=r"^name '__file__' is not defined$"):
        ex.look_up("__file__")
    program = tmp_path / "program.py"
    program.write_text("x = 1\n", encoding="utf-8")
    ex.execute_file(program)
    assert ex.get_value(ex.look_up("__file__")) == str(program)


def test_calls(ex: Executor) -> None:
    [node] = ex.execute("x = max(abs(-3), 2)")
    outer, inner = of_kind(ex, node, NodeKind.CALL)
    assert (outer.name, ex.get_value(outer)) == ("max", 3)
    with pytest.raises(NoValue, match="the call of abs: it is a part of its statement"):
        ex.get_value(inner)


# ---- external state -----------------------------------------------------------------------------------------


def test_the_file_system_is_looked_up_depended_on_and_saved(ex: Executor, tmp_path: Path) -> None:
    ex.execute("unneeded = 1\ntext = 'hello'")
    _, wrote = ex.execute("with open('out.txt', 'w') as f:\n    f.write(text)")[:2]
    state: Any = ex.get_value(ex.look_up("file_system"))
    assert state == ex.get_value("file_system")
    path = str(tmp_path / "out.txt")
    assert path in state.changed
    assert wrote.step in (*state.changed[path], wrote.step)
    assert ex.code("file_system") == "text = 'hello'\n\nwith open('out.txt', 'w') as f:\n    f.write(text)\n"
    *_, read = ex.execute("back = open('out.txt').read()")
    assert DependsOn(ex.look_up("file_system"), path) in ex.side_effects(read)
    kept = ex.save("file_system", "report")
    assert kept.code == "text = 'hello'\n\nwith open('out.txt', 'w') as f:\n    f.write(text)\n"
    value: Any = kept.value
    assert value["changed"][path]["size"] == 5


def test_a_database_is_a_value_too(ex: Executor, tmp_path: Path) -> None:
    ex.execute(
        "import sqlite3\nc = sqlite3.connect('d.db')\nc.execute('create table t (n)')\nother = 1\nc.execute('insert into t values (5)')\nc.commit()"
    )
    state: Any = ex.get_value("database")
    assert str(tmp_path / "d.db") in state.changed
    *_, asked = ex.execute("n = c.execute('select n from t').fetchone()[0]")
    assert ex.get_value(asked) == 5
    assert ex.look_up("database") in [e.node for e in ex.side_effects(asked) if isinstance(e, DependsOn)]
    assert "insert into t" in ex.code("database")
    assert "other" not in ex.code("database")
    assert ex.save("database", "table").variable == ""


# ---- errors -------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_pythons_own_error(ex: Executor) -> None:
    with pytest.raises(NameError, match=r"^name 'frist' is not defined$"):
        ex.execute("first = 1\nprint(frist)")
    with pytest.raises(NameError, match=r"^name 'frist' is not defined$") as caught:
        ex.look_up("frist")
    assert type(caught.value) is NameError


def test_a_failed_import_keeps_its_own_cause(ex: Executor, tmp_path: Path) -> None:
    (tmp_path / "caused.py").write_text(
        "try:\n    import nothing_at_all\nexcept ImportError as e:\n    raise ImportError('my words') from e\n"
    )
    with pytest.raises(ImportError, match="my words") as caught:
        ex.execute("import caused")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    assert caught.value.__cause__.name == "nothing_at_all"


def test_the_original_exception_is_untouched(ex: Executor) -> None:
    ex.execute("class Odd(Exception):\n    def __init__(self, a, b): self.pair = (a, b)\nodd = Odd(1, 2)")
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which, is what is asked
        ex.execute("raise odd")
    error: Any = caught.value
    assert (error, type(error)) == (ex.get_value("odd"), ex.get_value("Odd"))
    assert (error.pair, error.args) == ((1, 2), (1, 2))
    assert (error.__cause__, error.__context__) == (None, None)
    assert not hasattr(error, "__notes__")


# ---- going on -----------------------------------------------------------------------------------------------


def test_resumable_after_a_failing_node_with_other_code(ex: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        ex.execute("x = 0\ny = 1 / x\nz = y + 1")
    assert ex.latest is not None
    assert ex.latest.failed == Node(1)
    done = ex.resume(code="y = 10")
    assert (done.failed, done.error, done.traceback) == (None, None, "")
    assert (ex.get_value(Node(1)), ex.get_value("z")) == (10, 11)
    assert ex.executions()[-1].error == ""


def test_resumable_with_another_value(ex: Executor) -> None:
    ex.execute("x = 2\ny = 1 / x\nz = y + 1")
    failing = ex.start(ex.session, chosen=[1, 2], values={0: {"x": 0}})
    with pytest.raises(ZeroDivisionError):
        failing.to_end()
    failing.resume(values={"y": 41})
    assert (failing.get_value("z"), failing.get_value(Node(1))) == (42, 41)


def test_resumable_when_what_was_missing_is_there(ex: Executor, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ex.execute("n = 1\ntext = open('late.txt').read()\nn += 1")
    (tmp_path / "late.txt").write_text("now", encoding="utf-8")
    ex.resume()
    assert (ex.get_value("text"), ex.get_value("n")) == ("now", 2)


def test_one_that_fails_again_can_be_mended_again(ex: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        ex.execute("x = 1 / 0")
    with pytest.raises(SyntaxError):
        ex.resume(code="x = = 1")
    with pytest.raises(NameError):
        ex.resume(code="x = nothing")
    ex.resume(code="x = 3")
    assert ex.get_value("x") == 3


def test_a_failed_cell_is_left_behind_by_the_next(ex: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        ex.execute("x = 1 / 0\nnever = 1")
    ex.execute("y = 2")
    assert ex.values == {"y": 2}


def test_going_through_an_execution_tells_how_far_it_is(ex: Executor) -> None:
    ex.execute("a = 1\nb = 2\nc = 3")
    execution = ex.start(ex.session)
    seen: list[tuple[Progress, dict[str, object]]] = [(progress, dict(execution.values)) for progress in execution]
    assert [(each.node, each.done, each.total) for each, _ in seen] == [(Node(n), n + 1, 3) for n in range(3)]
    assert [values for _, values in seen] == [{"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}]
    assert execution.is_over


def test_what_happens_between_two_nodes_is_nobodys_doing(ex: Executor) -> None:
    import random

    ex.execute("import random\na = 1\nb = 2")
    execution = ex.start(ex.session)
    for _ in execution:
        random.random()
    assert not [
        e for node in execution.nodes for e in execution.side_effects(node) if e == ChangedState(external("random"))
    ]


# ---- knowledge ----------------------------------------------------------------------------------------------


PACK = '[[facts]]\nnames = "opaque_library.touch"\nseeds = ["random"]\n'


def test_library_knowledge_is_reloaded_without_restarting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library: Any = ModuleType("opaque_library")
    library.touch = eval("lambda: None", {"__name__": "opaque_library"})
    library.touch.__qualname__ = "touch"
    monkeypatch.setitem(sys.modules, "opaque_library", library)
    with Executor(record=False, packs=[tmp_path]) as ex:
        _, before = ex.execute("import opaque_library\nopaque_library.touch()")
        (tmp_path / "opaque_library.toml").write_text(PACK, encoding="utf-8")
        [still] = ex.execute("opaque_library.touch()")
        ex.reload_knowledge()
        [after] = ex.execute("opaque_library.touch()")
        sets = [
            ChangedState(external("random"), "", Reason.KNOWN) in ex.side_effects(node)
            for node in (before, still, after)
        ]
        assert sets == [False, False, True]


BLIND = [
    "import sys\nsys.settrace(lambda *told: None)\nx = [1]\nsys.settrace(None)\ny = x",
    "import sys\nsys.setprofile(lambda *told: None)\nx = [1]\nsys.setprofile(None)\ny = x",
]


@pytest.mark.parametrize("text", BLIND)
def test_code_that_is_not_to_be_looked_at_is_executed_all_the_same(ex: Executor, text: str) -> None:
    nodes = ex.execute(text)
    assert [node.step for node in nodes] == [0, 1, 2, 3, 4]
    assert (ex.get_value(nodes[2]), ex.get_value(nodes[4])) == ([1], [1])
    assert "clew did not look meanwhile" in ex.graph.faults[0]
    assert [step.values.keys() for step in ex.executed(1)][2:] == [{"x"}, {""}, {"y"}]
    _, seen = ex.execute("z = [1]\nz.append(2)")  # and looked at again
    assert ex.side_effects(seen) == (ChangedNode(Node(5), "z"),)


# ---- in a program that is watched ---------------------------------------------------------------------------

WATCHED = """\
import clew
ex = clew.Executor(record=False)
ex.execute("a = [1]\\nb = 'other'")
a = ex.get_value("a")
a.append(2)
ex.execute("a.append(len(a))")
print(ex.get_value("b"))
n = len(a)
"""


def test_what_is_executed_in_a_watched_program_is_seen(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(WATCHED, encoding="utf-8")
    store = str(tmp_path / ".clew")
    done = parts.capture(program, (), allow_errors=False, store=store, quiet=True)
    assert done.error is None
    assert clew.slice("n", session=done.session, store=store).code == WATCHED.replace('print(ex.get_value("b"))\n', "")


def test_what_executed_code_keeps_has_the_code_of_its_session(ex: Executor, tmp_path: Path) -> None:
    ex.execute(f"import clew\nother = 1\nx = [1]\nx.append(2)\nclew.save(x, 'numbers', store={ex.setting!r})")
    ex.execute_graph(ex.graph)
    ex.close()
    one, two = (clew.get("numbers", version, store=ex.setting) for version in (1, 2))
    assert one.code == two.code == "x = [1]\nx.append(2)\n"


# ---- what cannot be executed --------------------------------------------------------------------------------


def test_cells_with_magics_run_in_a_shell(ex: Executor, tmp_path: Path) -> None:
    from clew.model.places import CellPlace, Source
    from clew.replay.recorded import Recorded

    text = "%env CLEW_TEST_MAGIC=7\nimport os\nx = os.environ['CLEW_TEST_MAGIC']"
    python = "get_ipython().run_line_magic('env', 'CLEW_TEST_MAGIC=7')\n" + text.partition("\n")[2]
    cells = Recorded("s", "notebook", "", str(tmp_path), (), (Source(0, CellPlace(1), text, python),))
    hooks = (sys.displayhook, sys.excepthook, sys.modules["__main__"], hasattr(builtins, "get_ipython"))
    try:
        assert ex.execute_graph(cells).get_value("x") == "7"
    finally:
        os.environ.pop("CLEW_TEST_MAGIC", None)
    assert hooks == (sys.displayhook, sys.excepthook, sys.modules["__main__"], hasattr(builtins, "get_ipython"))


def test_a_notebook_that_was_recorded_is_executed_with_its_magics(tmp_path: Path) -> None:
    cells = [
        "%load_ext clew\nimport os",
        "%%time\nx = [1]\nx.append(2)",
        "1 / 0\nnever = 1",
        "z = %time sum(x)",
        "y = = 2",
        "%matplotlib inline\nimport asyncio\nw = await asyncio.sleep(0, 7)",
    ]
    pages: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "source": each, "outputs": [], "execution_count": None} for each in cells
    ]
    notebook = tmp_path / "book.ipynb"
    notebook.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": pages}), encoding="utf-8"
    )
    store = str(tmp_path / ".clew")
    done = parts.capture(notebook, (), allow_errors=True, store=store, quiet=True)
    hooks = (sys.displayhook, sys.excepthook, sys.modules["__main__"])
    with Executor(store=store) as ex:
        again = ex.execute_graph(done.session)
    assert {name: again.values[name] for name in ("x", "z", "w")} == {"x": [1, 2], "z": 3, "w": 7}
    assert "never" not in again.values
    assert "exit" not in again.values  # the shell's own
    assert hooks == (sys.displayhook, sys.excepthook, sys.modules["__main__"])


def test_a_session_with_unseen_history_says_so(ex: Executor) -> None:
    from clew.model.events import SessionStarted, SourceSeen, Step
    from clew.model.places import CellPlace, Source
    from clew.replay.recorded import recorded

    early = (Source(0, CellPlace(1), "x = 1", "x = 1"), Step(0, 0, 0, 0.0, 0.0))
    events = (SessionStarted("s", "ipython", "", (), os.getcwd(), "3.11", 5.0), SourceSeen(early[0], 0.0), early[1])
    again = ex.execute_graph(recorded(events))
    assert again.notes == ("a cell ran before clew was loaded: what they did was not seen",)
    assert again.get_value("x") == 1


def test_code_that_awaits_runs_where_no_loop_does(ex: Executor) -> None:
    awaits = "import asyncio\nx = await asyncio.sleep(0, 5)\nx"
    assert ex.get_value(ex.execute(awaits)[-1]) == 5

    async def within() -> None:
        ex.execute(awaits)

    with pytest.raises(CannotExecute, match="an event loop runs here already"):
        asyncio.run(within())


def test_an_executor_that_is_forgotten_ends_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = str(tmp_path / ".clew")
    forgotten = Executor(store=store)
    forgotten.execute("x = 1")
    session = forgotten.session
    del forgotten
    gc.collect()
    [row] = parts.open_store(store).sessions()
    assert (row.session, row.state) == (session, State.ENDED)
    assert clew.slice("x", session=session, store=store).code == "x = 1\n"
    opened = parts.open_store(store)
    assert [each.session for each in Executions(opened.database).all()] == [session]
    opened.forget(session)
    assert Executions(opened.database).all() == ()


def test_what_cannot_be_executed_is_said(ex: Executor) -> None:
    with pytest.raises(UnknownSession):
        ex.execute_graph("no such session")
    with pytest.raises(CannotExecute, match="a list is no session, graph, slice or artifact"):
        ex.execute_graph([])  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(NoValue, match="nothing was executed yet"):
        ex.get_value("x")
    ex.execute("x = 1")
    with pytest.raises(NoValue, match="step 7: it has not run"):
        ex.get_value(Node(7))
