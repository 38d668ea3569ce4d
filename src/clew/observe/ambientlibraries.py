"""Hidden state of libraries: their random generators, options and current figure. None of them is imported here."""

from __future__ import annotations

import sys
from _thread import _local
from _weakref import ref
from itertools import chain

from xxhash import xxh3_64_intdigest

from clew.model.typed import Any, Callable, Sequence
from clew.observe.memory import memory
from clew.observe.seen import Parted, Probe, Seen, SeenDict, SeenEqual

Look = Callable[[], int]

HEADER = object.__basicsize__
TWISTER = 624 * 4 + 4  # bytes of NumPy's MT19937: its state, and where it stands
SHOWN = ("display", "styler")  # pandas options that change how things look, not what they are


class LegacyNumpy:
    """NumPy's legacy generator, behind `np.random.seed` and `np.random.rand`."""

    __slots__ = ("_bits", "_own", "_shared", "_state", "seen")

    def __init__(self) -> None:
        self._shared: Any = sys.modules["numpy.random.mtrand"]._rand
        self.seen = SeenEqual()
        # A normal number kept for the next call is in the RandomState itself, behind the object's header.
        self._own = memory(id(self._shared) + HEADER, type(self._shared).__basicsize__ - HEADER)
        self._bits: object = None
        self._state: Any = None

    def look(self) -> int:
        """Count the changes seen so far."""
        if self._shared._bit_generator is not self._bits:
            self._rebind()
        state = self._state
        told = self._account() if state is None else state
        return self.seen.look((xxh3_64_intdigest(told), state is not None and xxh3_64_intdigest(self._own)))

    def _account(self) -> Any:
        """What the generator says of itself, as bytes; NumPy has loaded pickle."""
        return sys.modules["pickle"].dumps(self._shared.get_state(legacy=False))

    def _rebind(self) -> None:
        self._bits = self._shared._bit_generator
        self._state = self._proved(self._bits)

    def _proved(self, bits: Any) -> Any:
        """The memory of the bit generator, if it is the one we know and says what the generator says."""
        if type(bits).__name__ != "MT19937":
            return None
        block = memory(bits.ctypes.state_address, TWISTER)
        told = bits.state["state"]
        return block if bytes(block) == told["key"].tobytes() + told["pos"].to_bytes(4, sys.byteorder) else None


def _begin_numpy_errstate() -> Look:
    seen = Seen()
    variable = _kept("umath", "_extobj_contextvar")
    if type(variable).__name__ == "ContextVar":  # NumPy 2
        return lambda: seen.look((variable.get(None),))
    geterr, geterrcall = sys.modules["numpy"].geterr, sys.modules["numpy"].geterrcall
    return lambda: seen.look([*geterr().values(), geterrcall()])


def _begin_numpy_options() -> Look:
    seen = Seen()
    variable = _kept("printoptions", "format_options")
    if type(variable).__name__ == "ContextVar":  # NumPy 2.2
        return lambda: seen.look((variable.get(None),))
    return SeenDict(_kept("arrayprint", "_format_options")).look


def _kept(module: str, name: str) -> Any:
    """What a private module of NumPy keeps under a name, or None; it lives in `core` before NumPy 2."""
    found = sys.modules.get(f"numpy._core.{module}") or sys.modules.get(f"numpy.core.{module}")
    return found and found.__dict__.get(name)


def _begin_torch() -> Look:
    torch = sys.modules["torch"]
    generator = torch.random.default_generator
    get_state = type(generator).get_state
    seen = SeenEqual()
    cuda = sys.modules.get("torch.cuda")
    return lambda: seen.look((xxh3_64_intdigest(get_state(generator).numpy()), _cuda_state(cuda)))


def _cuda_state(cuda: Any) -> Sequence[tuple[int, int]]:
    """Seed and offset of the generator of each device, if any device is in use: that is all of a Philox generator."""
    if cuda is None or not cuda.__dict__.get("_initialized"):
        return ()
    return tuple((one.initial_seed(), one.get_offset()) for one in cuda.default_generators)


def _begin_torch_options() -> Look:
    native = sys.modules["torch._C"]
    asks = (native._get_deterministic_algorithms, native.is_grad_enabled, native.is_inference_mode_enabled)
    default = native.get_default_dtype
    seen, kind = SeenEqual(), Seen()
    return lambda: seen.look(tuple(ask() for ask in asks)) + kind.look((default(),))


class Options(Parted):
    """Groups of pandas' options: those that change how things look, or the others."""

    __slots__ = ("_groups",)

    def __init__(self, *, shown: bool) -> None:
        held = sys.modules["pandas._config.config"]._global_config
        groups = {key: part for key, part in held.items() if (key in SHOWN) is shown and type(part) is dict}
        self._groups = {key: SeenDict(part) for key, part in groups.items()}

    def look(self) -> int:
        """Count the changes seen so far."""
        return sum(seen.look() for seen in self._groups.values())

    def parts(self) -> set[str]:
        """The options that differ since this was last asked."""
        return {f"{key}.{name}" for key, seen in self._groups.items() for name in seen.parts()}


class Settings(Parted):
    """`matplotlib.rcParams`. That the first figure looks for a backend, if none was chosen, is no change."""

    __slots__ = ("_backend", "_fonts", "_lists", "_others", "_settings", "_switches", "_told")

    def __init__(self) -> None:
        self._settings = sys.modules["matplotlib"].rcParams
        self._told = SeenDict(self._settings)
        self._others, self._fonts = Seen(), Seen()
        self._backend: str | None = None
        self._switches = 0
        self._lists: list[list[object]] = []
        self._compare()

    def look(self) -> int:
        """Count the changes seen so far."""
        before = self._told.values()
        self._told.look()
        if self._told.values() is not before:
            self._compare()
        # Lists of fonts are changed in place.
        return self._others.count + self._switches + self._fonts.look([*chain.from_iterable(self._lists)])

    def parts(self) -> set[str]:
        """The parameters that differ since this was last asked."""
        return self._told.parts()

    def _compare(self) -> None:
        values = dict(dict.items(self._settings))
        backend = values.pop("backend", None)
        self._lists = [value for value in values.values() if type(value) is list]
        self._others.look([*values.values()])
        if type(backend) is str and self._backend != backend:
            self._switches += self._backend is not None
            self._backend = backend


class CurrentFigure:
    """The figure and the axes that `plt.plot` would draw on."""

    __slots__ = ("_axes", "_figures", "_number", "count")

    def __init__(self) -> None:
        self._figures = sys.modules["matplotlib._pylab_helpers"].Gcf.figs
        self._number: object = None
        self._axes: Callable[[], object] = _nothing
        self.count = 0

    def look(self) -> int:
        """Count the changes seen so far."""
        number, axes = self._current()
        if number != self._number or axes is not self._axes():
            self._number, self._axes = number, _nothing if axes is None else ref(axes)
            self.count += 1
        return self.count

    def _current(self) -> tuple[object, Any]:
        for number in reversed(self._figures):
            if type(number) is not int:
                return None, None
            figure = self._figures[number].canvas.figure
            stack = object.__getattribute__(figure, "__dict__").get("_axstack")
            return number, None if stack is None else type(stack).current(stack)
        return None, None


def _nothing() -> None:
    return None


def _begin_sklearn() -> Look:
    config = sys.modules["sklearn._config"].__dict__
    local, shared = config["_threadlocal"], config["_global_config"]
    seen = Seen()

    def look() -> int:
        own = _local.__getattribute__(local, "__dict__").get("global_config")  # asking sklearn would make it
        return seen.look([*(shared if own is None else own).values()])

    return look


def _begin_dict(module: str, name: str) -> Callable[[], Look]:
    def begin() -> Look:
        return SeenDict(sys.modules[module].__dict__[name]).look

    return begin


def _begin_figures() -> Look:
    """Which figures are open."""
    figures, seen = sys.modules["matplotlib._pylab_helpers"].Gcf.figs, SeenEqual()
    return lambda: seen.look(sorted(number for number in figures if type(number) is int))


LIBRARY_PROBES = (
    Probe("numpy.random", "numpy.random.mtrand", lambda: LegacyNumpy().look),
    Probe("numpy.errstate", "numpy", _begin_numpy_errstate),
    Probe("numpy.options", "numpy", _begin_numpy_options),
    Probe("torch", "torch", _begin_torch),
    Probe("torch.options", "torch", _begin_torch_options),
    Probe("pandas.options", "pandas", lambda: Options(shown=False)),
    Probe("pandas.display", "pandas", lambda: Options(shown=True)),
    Probe("matplotlib", "matplotlib", Settings),
    Probe("matplotlib.figure", "matplotlib._pylab_helpers", lambda: CurrentFigure().look),
    Probe("matplotlib.figures", "matplotlib._pylab_helpers", _begin_figures),
    Probe("sklearn.config", "sklearn._config", _begin_sklearn),
    Probe("xarray.options", "xarray.core.options", _begin_dict("xarray.core.options", "OPTIONS")),
)
