"""Plugins: packages that add to clew. Our own codecs are a plugin too.

A package says so by an entry point of the group `clew`, which names a module or object with functions of the names in
`Hooks`, marked with `implementation`:

    [project.entry-points.clew]
    geo = "clew_geo"
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

import pluggy

from clew.store.codecs import (
    estimators,
    figures,
    files,
    parts,
    pickles,
    plain,
    text,
)
from clew.store.codecs.codec import Codec

GROUP = "clew"
specification = pluggy.HookspecMarker(GROUP)
implementation = pluggy.HookimplMarker(GROUP)


class Hooks:
    """What a plugin can add."""

    @specification
    def clew_codecs(self) -> Sequence[Codec]:
        """Give codecs. They are asked before clew's own; their names are for ever, for values are kept under them."""
        raise NotImplementedError


class OwnCodecs:
    """The formats that clew has by itself: open ones, and last the pickle, which takes what is left."""

    @implementation
    def clew_codecs(self) -> Sequence[Codec]:
        """Give clew's codecs."""
        return (
            files.FILE,
            text.TEXT,
            text.BYTES,
            text.BYTEARRAY,
            plain.JSON,
            *parts.FORMATS,  # those that containers may be of, too
            estimators.SIGNED,
            parts.PARTS,
            figures.FIGURE,
            pickles.PICKLE,
        )


def codecs(plugins: pluggy.PluginManager) -> tuple[Codec, ...]:
    """Give all codecs in the order in which they are asked."""
    return tuple(codec for some in plugins.hook.clew_codecs() for codec in some)


@cache
def loaded() -> pluggy.PluginManager:
    """Load the plugins that are installed. One that fails is left out, with a warning: it is not the user's program's."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    manager.register(OwnCodecs(), "clew")
    for entry in entry_points(group=GROUP):
        try:
            manager.register(entry.load(), entry.name)
        except Exception as error:  # a package of others: whatever it does when it is imported
            warnings.warn(f"the clew plugin {entry.name} is left out: {error!r}", stacklevel=2)
    return manager
