"""Hidden state is seen to move when a program moves it, and only then."""

from __future__ import annotations

import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from clew.observe.ambient import AmbientProbes

BUDGET = 40e-6  # seconds for a full probe
LOOP = 12e-6  # seconds that `sum(range(1000))` takes on a machine of today


@dataclass(frozen=True, slots=True)
class Case:
    """`code` moves these kinds of hidden state; `after` runs before it, `undo` puts things back."""

    name: str
    code: str
    moves: tuple[str, ...] = ()
    after: str = ""
    undo: str = ""
    needs: str = "sys"


CASES = [
    Case("nothing", "pass"),
    Case("a random number", "import random; random.random()", ("random",)),
    Case("a seed", "import random; random.seed(1)", ("random",)),
    Case("the second normal number was drawn with the first", "random.gauss(0, 1)", ("random",), "import random; random.gauss(0, 1)"),
    Case("a generator of one's own", "import random; random.Random(1).random()"),
    Case("an environment variable", "import os; os.environ['CLEW_A'] = '1'", ("environ",), undo="del os.environ['CLEW_A']"),
    Case("an environment variable that is looked up", "import os; os.environ.get('PATH')"),
    Case("the path of imports", "import sys; sys.path.append('x')", ("sys.path",), undo="sys.path.pop()"),
    Case("the path of imports replaced by an equal one", "import sys; sys.path = list(sys.path)"),
    Case("the working directory", "import os; was = os.getcwd(); os.chdir('/')", ("cwd",), undo="os.chdir(was)"),
    Case("the recursion limit", "import sys; was = sys.getrecursionlimit(); sys.setrecursionlimit(was + 1)", ("sys.limits",), undo="sys.setrecursionlimit(was)"),
    Case("decimal's precision", "decimal.getcontext().prec = 7", ("decimal",), "import decimal; was = decimal.getcontext().prec", "decimal.getcontext().prec = was"),
    Case("the locale", "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8')", ("locale",), "import locale; was = locale.setlocale(locale.LC_ALL); locale.setlocale(locale.LC_ALL, 'C')", "locale.setlocale(locale.LC_ALL, was)"),
    Case("a filter of warnings", "import warnings; was = warnings.filters[:]; warnings.simplefilter('ignore')", ("warnings",), undo="warnings.filters[:] = was"),
    Case("a context of warnings leaves them as they were", "import warnings\nwith warnings.catch_warnings(): warnings.simplefilter('error')"),
    Case("NumPy's legacy generator", "numpy.random.rand()", ("numpy.random",), needs="numpy"),
    Case("NumPy's seed", "numpy.random.seed(3)", ("numpy.random",), needs="numpy"),
    Case("the second normal number that NumPy drew with the first", "numpy.random.randn()", ("numpy.random",), "numpy.random.seed(0); numpy.random.randn()", needs="numpy"),
    Case("NumPy's state put back", "numpy.random.set_state(numpy.random.get_state())", needs="numpy"),
    Case("a NumPy generator of one's own", "numpy.random.default_rng(1).random(); numpy.random.RandomState(1).rand()", needs="numpy"),
    Case("how NumPy takes errors", "was = numpy.seterr(all='ignore')", ("numpy.errstate",), "numpy.seterr(all='warn')", "numpy.seterr(**was)", "numpy"),
    Case("errstate as a context", "with numpy.errstate(all='ignore'): pass", needs="numpy"),
    Case("how NumPy prints", "numpy.set_printoptions(precision=3)", ("numpy.options",), "numpy.set_printoptions(precision=8)", "numpy.set_printoptions(precision=8)", "numpy"),
    Case("an option of pandas", "pandas.set_option('compute.use_bottleneck', False)", ("pandas.options",), undo="pandas.reset_option('compute.use_bottleneck')", needs="pandas"),
    Case("how pandas shows things", "pandas.set_option('display.max_rows', 7)", ("pandas.display",), undo="pandas.reset_option('display.max_rows')", needs="pandas"),
    Case("an option read", "pandas.get_option('display.max_rows'); pandas.DataFrame({'a': [1]}).describe()", needs="pandas"),
    Case("a setting of matplotlib", "matplotlib.rcParams['figure.dpi'] = 51", ("matplotlib",), undo="matplotlib.rcdefaults()", needs="matplotlib"),
    Case("a list of fonts changed in place", "matplotlib.rcParams['font.sans-serif'].insert(0, 'x')", ("matplotlib",), undo="matplotlib.rcParams['font.sans-serif'].pop(0)", needs="matplotlib"),
    Case("a style", "plt.style.use('ggplot')", ("matplotlib",), "import matplotlib.pyplot as plt", "matplotlib.rcdefaults()", "matplotlib"),
    Case("a style as a context", "with plt.style.context('ggplot'): pass", (), "import matplotlib.pyplot as plt", needs="matplotlib"),
    Case("a new figure", "plt.figure()", ("matplotlib.figure", "matplotlib.figures"), "import matplotlib.pyplot as plt; plt.close('all')", "plt.close('all')", "matplotlib"),
    Case("a plot on the current figure", "plt.plot([1])", (), "import matplotlib.pyplot as plt; plt.gca()", "plt.close('all')", "matplotlib"),
    Case("other axes of the figure", "plt.sca(plt.gcf().axes[0])", ("matplotlib.figure",), "import matplotlib.pyplot as plt; plt.subplots(2)", "plt.close('all')", "matplotlib"),
    Case("a figure closed", "plt.close('all')", ("matplotlib.figure", "matplotlib.figures"), "import matplotlib.pyplot as plt; plt.figure()", needs="matplotlib"),
    Case("a tensor of random numbers", "torch.rand(2)", ("torch",), needs="torch"),
    Case("torch's seed", "torch.manual_seed(5)", ("torch",), needs="torch"),
    Case("torch's default type", "torch.set_default_dtype(torch.float64)", ("torch.options",), undo="torch.set_default_dtype(torch.float32)", needs="torch"),
    Case("no gradients from here on", "torch.set_grad_enabled(False)", ("torch.options",), undo="torch.set_grad_enabled(True)", needs="torch"),
    Case("what scikit-learn's transformers return", "sklearn.set_config(transform_output='pandas')", ("sklearn.config",), undo="sklearn.set_config(transform_output='default')", needs="sklearn.utils._set_output"),
]  # fmt: skip


@pytest.fixture(scope="module")
def probes() -> AmbientProbes:
    """Probes of everything that is installed."""
    for library in ("decimal", "locale", "random", "numpy", "pandas", "matplotlib", "torch", "sklearn"):
        try:
            module = __import__(library)
        except ModuleNotFoundError:
            continue
        if library == "matplotlib":
            module.use("agg")
    probes = AmbientProbes()
    probes.probe()
    return probes


@pytest.mark.parametrize("each", CASES, ids=lambda case: case.name)
def test_hidden_state_moves_when_the_program_moves_it(each: Case, probes: AmbientProbes) -> None:
    names: dict[str, object] = {each.needs.partition(".")[0]: pytest.importorskip(each.needs.partition(".")[0])}
    pytest.importorskip(each.needs)
    exec(each.after, names)
    before = probes.probe()
    exec(each.code, names)
    after = probes.probe()
    exec(each.undo, names)
    assert probes.faults == []
    assert probes.changed(before, after) == each.moves


PARTS = [
    Case("a variable", "import os; os.environ['CLEW_A'] = '1'", ("CLEW_A",), undo="del os.environ['CLEW_A']"),
    Case("an option of a group", "pandas.set_option('display.max_rows', 7)", ("display.max_rows",), undo="pandas.reset_option('display.max_rows')", needs="pandas"),
    Case("parameters", "matplotlib.rcParams.update({'figure.dpi': 51, 'font.size': 3})", ("figure.dpi", "font.size"), undo="matplotlib.rcdefaults()", needs="matplotlib"),
    Case("very many parameters", "matplotlib.rcParams.update({k: v / 2 for k, v in matplotlib.rcParams.items() if type(v) is float})", ("",), undo="matplotlib.rcdefaults()", needs="matplotlib"),
    Case("what has no parts", "import random; random.random()", ("",)),
]  # fmt: skip


@pytest.mark.parametrize("each", PARTS, ids=lambda case: case.name)
def test_parts_of_hidden_state_are_told(each: Case, probes: AmbientProbes) -> None:
    names: dict[str, object] = {each.needs: pytest.importorskip(each.needs)}
    before = probes.probe()
    for kind in before:
        probes.parts(kind)
    exec(each.code, names)
    kinds = probes.changed(before, probes.probe())
    exec(each.undo, names)
    assert {part for kind in kinds for part in probes.parts(kind)} == set(each.moves)


def test_a_full_probe_is_within_its_budget(probes: AmbientProbes) -> None:
    def best(action: Callable[[], object]) -> float:
        return min(timeit.repeat(action, number=200, repeat=9, timer=time.process_time)) / 200

    # Machines differ and are shared: a plain loop says how fast this one is just now.
    slowness = max(1.0, best(lambda: sum(range(1000))) / LOOP)
    assert best(probes.probe) < BUDGET * slowness


def test_a_library_is_looked_at_once_it_is_loaded() -> None:
    probes = AmbientProbes()
    assert probes.appeared({}, probes.probe()) != ()
    before = probes.probe()
    assert probes.changed(before, probes.probe()) == ()


UNMADE = """
import sys
from clew.observe.ambient import AmbientProbes
probes = AmbientProbes()
first = set(sys.modules)
probes.probe()
import decimal, contextvars
probes.probe(); probes.probe()
assert not [variable for variable in contextvars.copy_context() if variable.name == "decimal_context"]
decimal.DefaultContext.prec = 5
print(decimal.getcontext().prec, sorted(set(sys.modules) - first - {"decimal", "_decimal", "numbers", "collections"}))
assert not probes.faults, probes.faults
"""


def test_looking_makes_no_state() -> None:
    said = subprocess.run(
        [sys.executable, "-c", UNMADE],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert said.stdout.startswith("5 ")
    assert "random" not in said.stdout


def test_a_probe_that_fails_is_dropped_and_said(probes: AmbientProbes) -> None:
    broken = AmbientProbes()
    broken.probe()

    def look() -> int:
        raise RuntimeError("no")

    broken._watches.append(("broken", look))
    assert "broken" not in broken.probe()
    assert broken.faults == ["broken: RuntimeError: no"]
    assert "environ" in broken.probe()
