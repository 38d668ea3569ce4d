"""Portraits of arrays, frames, tensors and figures. The libraries are met in `sys.modules`, never imported."""

from __future__ import annotations

import io
import sys
from copy import copy
from typing import Any

from clew.observe.kinds.estimators import MODEL_CACHES
from clew.replay.objects import paint_object
from clew.replay.painter import Brush, Painter, attributes, type_name
from clew.replay.portrait import Portrait, leaf, whole


def _array(value: Any, painter: Painter) -> Portrait:
    """Portray an array by dtype, shape and elements; any NaN is the same NaN."""
    numpy = sys.modules["numpy"]
    plain = numpy.asarray(value)
    head = f"{plain.dtype.str}{plain.shape}".encode()
    if plain.dtype.names:
        fields = ((f"[{name!r}]", painter.paint(plain[name])) for name in plain.dtype.names)
        return whole(type_name(type(value)), fields, head)
    if plain.dtype.hasobject:
        items = ((f".flat[{index}]", painter.paint(item)) for index, item in enumerate(plain.ravel().tolist()))
        return whole(type_name(type(value)), items, head)
    return leaf(type_name(type(value)), head + _elements(numpy, plain))


def _elements(numpy: Any, plain: Any) -> bytes:
    if plain.dtype.kind in "fc" and numpy.isnan(plain).any():
        plain = plain.copy()
        plain[numpy.isnan(plain)] = numpy.nan
    return bytes(plain.tobytes())


def _masked(value: Any, painter: Painter) -> Portrait:
    parts = [(".mask", painter.paint(value.mask)), (".fill_value", painter.paint(value.fill_value))]
    return whole(type_name(type(value)), [(".data", painter.paint(value.filled())), *parts])


def _written(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), repr(value).encode())


def _ufunc(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), value.__name__.encode())


def _generator(value: Any, painter: Painter) -> Portrait:
    """Portray a random generator by the state of its bits."""
    if value is vars(sys.modules["numpy.random.mtrand"])["_rand"]:
        return leaf(type_name(type(value)), b"the one of the process")
    bits = value.bit_generator if hasattr(value, "bit_generator") else value.__getstate__()
    return whole(type_name(type(value)), [(".bit_generator", painter.paint(bits))])


def _bits(value: Any, painter: Painter) -> Portrait:
    return whole(type_name(type(value)), [(".state", painter.paint(value.state))])


def _index(value: Any, painter: Painter) -> Portrait:
    levels = getattr(value, "levels", None)
    names = (".names", painter.paint(list(value.names)))
    if levels is not None:
        parts = [(f".level[{number}]", painter.paint(value.get_level_values(number))) for number in range(len(levels))]
        return whole(type_name(type(value)), [names, *parts])
    extra = str(getattr(value, "freqstr", "")).encode()
    return whole(type_name(type(value)), [names, (".values", painter.paint(value.array))], extra)


def _series(value: Any, painter: Painter) -> Portrait:
    parts = [(".index", painter.paint(value.index)), (".values", painter.paint(value.array))]
    labels = [(".name", painter.paint(value.name)), (".attrs", painter.paint(value.attrs))]
    return whole(type_name(type(value)), parts + labels)


def _frame(value: Any, painter: Painter) -> Portrait:
    labels = [(".index", painter.paint(value.index)), (".columns", painter.paint(value.columns))]
    columns = (
        (f"[{label!r}]"[:60], painter.paint(value.iloc[:, number].array)) for number, label in enumerate(value.columns)
    )
    return whole(type_name(type(value)), [*labels, (".attrs", painter.paint(value.attrs)), *columns])


def _extension(value: Any, painter: Painter) -> Portrait:
    """Portray an array of pandas' own by dtype and elements as Python objects, the fast ones by their numbers."""
    kind, head = type_name(type(value)), str(value.dtype).encode()
    if hasattr(value, "codes") and hasattr(value, "categories"):
        parts = [("[codes]", painter.paint(value.codes)), (".categories", painter.paint(value.categories))]
        return whole(kind, parts, head + str(value.ordered).encode())
    if hasattr(value, "asi8"):
        return whole(kind, [("[...]", painter.paint(value.asi8))], head)
    numpy = sys.modules["numpy"]
    content = value.to_numpy() if kind.endswith("NumpyExtensionArray") else numpy.asarray(value, dtype=object)
    return whole(kind, [("[...]", painter.paint(content))], head)


def _grouped(value: Any, painter: Painter) -> Portrait:
    """Portray a grouping or window by what it groups and how; the rest of it are caches."""
    names = ("obj", "keys", "level", "as_index", "sort", "dropna", "observed", "window", "_selection")
    parts = [(f".{name}", painter.paint(getattr(value, name))) for name in names if hasattr(value, name)]
    return whole(type_name(type(value)), parts)


def _frozen_scalar(value: Any, _painter: Painter) -> Portrait:
    return leaf(type_name(type(value)), f"{value!r}{getattr(value, 'unit', '')}".encode())


def _tensor(value: Any, painter: Painter) -> Portrait:
    """Portray a tensor by its elements and, where it is a leaf, its gradient."""
    plain = value.detach().cpu().contiguous()
    head = f"{plain.dtype}{tuple(plain.shape)}{value.device}{value.requires_grad}".encode()
    if str(plain.dtype) == "torch.bfloat16":
        plain = plain.float()
    gradient = [(".grad", painter.paint(value.grad))] if value.is_leaf else []
    return whole(type_name(type(value)), [("[...]", painter.paint(plain.numpy())), *gradient], head)


def _torch_generator(value: Any, painter: Painter) -> Portrait:
    return whole(type_name(type(value)), [(".state", painter.paint(value.get_state()))])


def _figure(value: Any, _painter: Painter) -> Portrait:
    """Portray a figure by its pixels and by who waits for its events: those are not called, for they may do anything."""
    pixels = io.BytesIO()
    waiting = value.canvas.callbacks
    with waiting.blocked():
        value.savefig(pixels, format="raw", dpi=value.get_dpi())
    called = [
        f"{signal} {_callback_name(held)}" for signal, each in waiting.callbacks.items() for held in each.values()
    ]
    head = f"{tuple(value.get_size_inches())}{sorted(called)}".encode()
    return leaf(type_name(type(value)), head + pixels.getvalue())


def _callback_name(held: Any) -> str:
    """Name a function that a weak reference leads to."""
    function = held()
    return getattr(function, "__qualname__", type_name(type(function)))


def _artist(value: Any, painter: Painter) -> Portrait:
    """Portray what is drawn in a figure by the figure."""
    figure = value.get_figure()
    while figure is not None and getattr(figure, "get_figure", lambda: None)() not in (None, figure):
        figure = figure.get_figure()  # a subfigure stands in another
    if figure is None:
        # How it was taken out of a figure leads to that figure still.
        own = {key: item for key, item in attributes(value).items() if key != "_remove_method"}
        return whole(type_name(type(value)), [(f".{key}", painter.paint(item)) for key, item in own.items()])
    return whole(type_name(type(value)), [(".figure", painter.paint(figure))])


def _transform(value: Any, painter: Painter) -> Portrait:
    """Portray a box or transformation without what it remembers of its last use."""
    if hasattr(value, "get_points"):
        value.get_points()  # worked out on the first look
    own = {key: item for key, item in attributes(value).items() if key not in TRANSFORM_CACHES}
    return whole(type_name(type(value)), [(f".{key}", painter.paint(item)) for key, item in own.items()])


def _colormap(value: Any, painter: Painter) -> Portrait:
    """Portray a colour map with its table, which is made when it is first used."""
    twin = copy(value)
    twin(0.0)
    return whole(type_name(type(value)), [(f".{key}", painter.paint(item)) for key, item in attributes(twin).items()])


def _model(value: Any, painter: Painter) -> Portrait:
    """Portray a model of statsmodels, or its results, without what it keeps of earlier questions."""
    return paint_object(value, painter, MODEL_CACHES)


def _table(value: Any, painter: Painter) -> Portrait:
    """Portray a table of statsmodels without the widths of its columns, which are counted when it is shown."""
    own = {key: item for key, item in attributes(value).items() if key != "_colwidths"}
    rows = [(f"[{place}]", painter.paint(row)) for place, row in enumerate(list.__iter__(value))]
    return whole(type_name(type(value)), [*rows, *((f".{key}", painter.paint(item)) for key, item in own.items())])


TRANSFORM_CACHES = frozenset({"_invalid", "_parents", "_shorthand_name", "_inverted", "_mtx"})
PANDAS_ARRAYS = "pandas.core.arrays.base.ExtensionArray"
TENSOR_OWN = frozenset({"_parameters", "_backward_hooks"})
FRAME_OWN = frozenset({"_mgr", "_item_cache", "_attrs", "_flags", "_is_copy", "_name", "_index"})
INDEX_OWN = frozenset(
    {"_data", "_values", "_cache", "_id", "_name", "_names", "_references", "_levels", "_codes", "_range", "_freq"}
    | {"_no_setting_name", "_index_data", "sortorder"}
)

LIBRARIES = {
    "numpy.ndarray": Brush(_array),
    "numpy.ma.MaskedArray": Brush(_masked, frozenset({"_mask", "_fill_value", "_basedict", "_optinfo", "_hardmask"})),
    "numpy.ma.core.MaskedArray": Brush(_masked, frozenset({"_mask", "_fill_value", "_basedict", "_optinfo"})),
    "numpy.generic": Brush(_array),
    "numpy.dtype": Brush(_written),
    "numpy.ufunc": Brush(_ufunc),
    **dict.fromkeys(("numpy.random.mtrand.RandomState", "numpy.random._generator.Generator"), Brush(_generator)),
    "numpy.random.bit_generator.BitGenerator": Brush(_bits),
    **dict.fromkeys(("pandas.DataFrame", "pandas.core.frame.DataFrame"), Brush(_frame, FRAME_OWN)),
    **dict.fromkeys(("pandas.Series", "pandas.core.series.Series"), Brush(_series, FRAME_OWN)),
    **dict.fromkeys(("pandas.Index", "pandas.core.indexes.base.Index"), Brush(_index, INDEX_OWN)),
    **dict.fromkeys((PANDAS_ARRAYS, "pandas.api.extensions.ExtensionArray"), Brush(_extension)),
    "pandas.core.base.SelectionMixin": Brush(_grouped),
    **dict.fromkeys(
        ("pandas._libs.tslibs.timestamps._Timestamp", "pandas._libs.tslibs.timedeltas._Timedelta"),
        Brush(_frozen_scalar),
    ),
    **dict.fromkeys(("torch._C.TensorBase", "torch._C._TensorBase"), Brush(_tensor, TENSOR_OWN)),
    **dict.fromkeys(("torch.dtype", "torch.device", "torch.Size"), Brush(_written)),
    **dict.fromkeys(("statsmodels.base.model.Model", "statsmodels.base.model.Results"), Brush(_model, complete=True)),
    "statsmodels.iolib.table.SimpleTable": Brush(_table, complete=True),
    "torch._C.Generator": Brush(_torch_generator),
    "matplotlib.figure.Figure": Brush(_figure, complete=True),
    "matplotlib.transforms.TransformNode": Brush(_transform, complete=True),
    "matplotlib.colors.Colormap": Brush(_colormap, complete=True),
    "matplotlib.artist.Artist": Brush(_artist, complete=True),
}
