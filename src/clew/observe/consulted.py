"""Which hidden state a library looks at: most is at its default all along, and then nobody depends on it."""

from __future__ import annotations

from clew.model.typed import Collection, Mapping

# How things look, which matters where they are turned into text or pictures.
SHOWING: Mapping[str, tuple[str, ...]] = {
    "pandas": ("pandas.display", "pandas.options"),
    "numpy": ("numpy.options",),
    "torch": ("torch.options",),
    "matplotlib": ("matplotlib",),
    "xarray": ("xarray.options", "numpy.options"),
}
# What things are.
WORKING: Mapping[str, tuple[str, ...]] = {
    "pandas": ("pandas.options", "numpy.errstate"),
    "numpy": ("numpy.errstate",),
    "scipy": ("numpy.errstate",),
    "torch": ("torch.options",),
    "sklearn": ("sklearn.config", "numpy.errstate"),
    "matplotlib": ("matplotlib",),
    "seaborn": ("matplotlib",),
    "xarray": ("xarray.options", "numpy.errstate"),
    "decimal": ("decimal",),
    "locale": ("locale",),
    "time": ("locale",),
    "datetime": ("locale",),
    "calendar": ("locale",),
    "warnings": ("warnings",),
}
# What draws is seen to move its generator, and what asks for the folder or a variable is known to ask.
NEVER = frozenset(("random", "numpy.random", "torch", "matplotlib.figure", "matplotlib.figures", "processes"))


def consulted(moved: Collection[str], libraries: Collection[str], *, shows: bool = False) -> tuple[str, ...]:
    """Of the state that the session moved, the kinds that code of these libraries looks at.

    `libraries` are top-level module names; an empty name stands for code of the user's, which may look at all.
    """
    if "" in libraries:
        return tuple(kind for kind in moved if kind not in NEVER)
    tables = (WORKING, SHOWING) if shows else (WORKING,)
    kinds = {kind for table in tables for library in libraries for kind in table.get(library, ())}
    return tuple(kind for kind in moved if kind in kinds)
