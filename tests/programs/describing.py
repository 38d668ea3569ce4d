"""Run a program as `python` would and describe one variable that it leaves: equal texts, equal values.

Run as a script (`describing.py PROGRAM VARIABLE ANSWER [ARGUMENT...]`); it needs nothing but the standard library.
"""

from __future__ import annotations

import collections
import hashlib
import io
import itertools
import pickle
import sys
import traceback
import types
from pathlib import Path
from typing import Any

Seen = dict[int, int]
NOTHING = "no such variable"


def describe(value: Any, seen: Seen | None = None) -> str:
    """Describe a value so that two descriptions are equal where a user would see no difference."""
    seen = {} if seen is None else seen
    if isinstance(value, (bool, int, float, complex, str, bytes, type(None), type(...), range, slice)):
        return f"{type(value).__name__}:{value!r}"
    if id(value) in seen:
        return f"again {seen[id(value)]}"
    seen[id(value)] = len(seen)
    for about in (_library, _plain, _code):
        if (said := about(value, seen)) is not None:
            return f"{type(value).__module__}.{type(value).__qualname__}({said})"
    return f"{type(value).__module__}.{type(value).__qualname__}[{_state(value, seen)}]"


def _each(values: Any, seen: Seen) -> str:
    return ", ".join(describe(value, seen) for value in values)


def _plain(value: Any, seen: Seen) -> str | None:
    if isinstance(value, (list, tuple, collections.deque)):
        return f"{_each(value, seen)}{_own(value, seen)}"
    if isinstance(value, (dict, types.MappingProxyType)):
        pairs = ", ".join(f"{describe(k, seen)}: {describe(v, seen)}" for k, v in dict.items(dict(value)))
        return f"{pairs}{_own(value, seen)}"
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(describe(item, dict(seen)) for item in value))
    if isinstance(value, (bytearray, memoryview)):
        return repr(bytes(value))
    if isinstance(value, io.StringIO):
        return f"{value.getvalue()!r} at {value.tell()}"
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, BaseException):
        return _each(value.args, seen)
    return None


def _own(value: Any, seen: Seen) -> str:
    own = getattr(value, "__dict__", None)
    return f" with {describe(own, seen)}" if own else ""


def _code(value: Any, seen: Seen) -> str | None:
    if isinstance(value, types.FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        parts = (value.__name__, value.__code__.co_code, value.__defaults__, value.__kwdefaults__, cells, value.__dict__)
        return _each(parts, seen)
    if isinstance(value, types.MethodType):
        return _each((value.__func__, value.__self__), seen)
    if isinstance(value, type):
        own = {k: v for k, v in vars(value).items() if k not in ("__dict__", "__weakref__", "__firstlineno__", "_abc_impl")}
        return f"{value.__qualname__} {describe(own, seen) if value.__module__ == '__main__' else ''}"
    if isinstance(value, collections.abc.Iterator):
        return _each(list(itertools.islice(value, 200)), seen)
    return None


def _state(value: Any, seen: Seen) -> str:
    own: dict[str, Any] = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                own[name] = getattr(value, name)
    if own:
        return describe(own, seen)
    try:
        return hashlib.sha256(pickle.dumps(value)).hexdigest()
    except Exception:
        cls: Any = type(value)
        return repr(value) if cls.__repr__ is not object.__repr__ else "an object"


def _library(value: Any, seen: Seen) -> str | None:
    module = (type(value).__module__ or "").partition(".")[0]
    about = LIBRARIES.get(module)
    return about(value, seen) if about else None


def _numpy(value: Any, seen: Seen) -> str | None:
    import numpy as np

    if isinstance(value, np.ndarray):
        content = _each(value.ravel().tolist(), seen) if value.dtype.hasobject else value.tolist()
        mask = np.ma.getmaskarray(value).tolist() if isinstance(value, np.ma.MaskedArray) else ""
        return f"{value.dtype} {value.shape} {content!r} {mask}"
    if isinstance(value, np.random.Generator):
        return describe(value.bit_generator.state, seen)
    if isinstance(value, np.random.RandomState):
        return describe(value.get_state(), seen)
    return repr(value) if isinstance(value, (np.generic, np.dtype)) else None


def _pandas(value: Any, seen: Seen) -> str | None:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [(describe(name), _pandas(value.iloc[:, i], seen)) for i, name in enumerate(value.columns)]
        return f"{_pandas(value.index, seen)} {columns} {describe(dict(value.attrs), seen)} {value.columns.names}"
    if isinstance(value, pd.Series):
        return f"{value.name!r} {value.dtype} {_pandas(value.index, seen)} {_each(value.tolist(), seen)}"
    if isinstance(value, pd.Index):
        return f"{type(value).__name__} {value.dtype} {value.names} {value.tolist()!r}"
    return repr(value) if type(value).__module__.startswith(("pandas._libs", "pandas.core.dtypes")) else None


def _torch(value: Any, seen: Seen) -> str | None:
    import torch

    if isinstance(value, torch.Tensor):
        return f"{value.dtype} {tuple(value.shape)} {value.detach().tolist()!r} {value.requires_grad} {describe(value.grad, seen)}"
    if isinstance(value, torch.nn.Module):
        return f"{describe(dict(value.state_dict()), seen)} {value.training}"
    if isinstance(value, torch.optim.Optimizer):
        return describe(value.state_dict(), seen)
    return str(value) if isinstance(value, (torch.dtype, torch.device)) else None


def _matplotlib(value: Any, seen: Seen) -> str | None:
    figure = getattr(value, "figure", None)
    if figure is None or not hasattr(figure, "canvas"):
        return None
    figure.canvas.draw()
    return hashlib.sha256(bytes(figure.canvas.buffer_rgba())).hexdigest()


def _polars(value: Any, seen: Seen) -> str | None:
    return repr(value.to_dict(as_series=False)) if hasattr(value, "to_dict") else None


def _sqlite(value: Any, seen: Seen) -> str | None:
    return "\n".join(value.iterdump()) if hasattr(value, "iterdump") else None


def _repr(value: Any, seen: Seen) -> str | None:
    return repr(value)


def _random(value: Any, seen: Seen) -> str | None:
    return describe(value.getstate(), seen)


LIBRARIES = {
    "numpy": _numpy,
    "pandas": _pandas,
    "torch": _torch,
    "matplotlib": _matplotlib,
    "polars": _polars,
    "sqlite3": _sqlite,
    "re": _repr,
    "pathlib": _repr,
    "datetime": _repr,
    "decimal": _repr,
    "fractions": _repr,
    "random": _random,
}


def run_program(path: Path) -> dict[str, Any]:
    """Run a file as the main program and return its variables, whatever it raised."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    main.__dict__.update(__file__=str(path.absolute()), __builtins__=__builtins__)
    sys.path[0] = str(path.absolute().parent)
    try:
        exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), main.__dict__)
    except BaseException:
        traceback.print_exc()
    return main.__dict__


def answer(path: Path, variable: str) -> str:
    """Describe a variable that the program leaves."""
    left = run_program(path)
    return describe(left[variable]) if variable in left else NOTHING


if __name__ == "__main__":
    program, wanted, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).absolute()
    sys.argv = [str(program), *sys.argv[4:]]
    target.write_text(answer(program, wanted), "utf-8", "surrogatepass")
