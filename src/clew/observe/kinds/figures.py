"""matplotlib: a figure with all of its axes and artists is one cell.

Every artist leads to its figure, and the figure's fingerprint is of what somebody set: data, texts, limits, colours,
styles. Drawing works out the rest (positions, mapped colours, ticks, automatic limits), and that is not state.
"""

from __future__ import annotations

import sys

from clew.knowledge.lines import identity
from clew.model.typed import Any, Collection, Iterable, Iterator, Mapping
from clew.observe.atoms import PLAIN, is_scalar
from clew.observe.digests import of_array, of_plain
from clew.observe.kind import Digest, Kind, Reach
from clew.observe.kinds.raw import attributes, class_digest

SMALL = 1 << 12  # bytes of an array that are copied rather than hashed where they are
DATA_LIMIT = 1 << 22  # bytes of an artist's data that are read; of larger data the identity is enough

ANY = ("_visible", "_alpha", "_label", "zorder", "_clipon", "_gid")
TEXT = ("_text", "_color", "_rotation", "_horizontalalignment", "_verticalalignment", "_usetex", "_wrap",
        "_linespacing", "_bbox_patch", "_fontproperties", "xy", "xycoords", "arrow_patch")  # fmt: skip
LINE = ("_xorig", "_yorig", "_linewidth", "_linestyle", "_color", "_drawstyle", "_marker", "_markersize",
        "_markeredgecolor", "_markerfacecolor", "_markeredgewidth", "_markevery")  # fmt: skip
PATCH = ("_original_facecolor", "_original_edgecolor", "_linewidth", "_linestyle", "_hatch", "_fill", "_x0", "_y0", "_width", "_height",
         "angle", "_center", "r", "theta1", "theta2", "_closed")  # fmt: skip
MAPPED = ("_A", "_offsets", "_original_facecolor", "_original_edgecolor", "_sizes", "_linewidths", "_hatch", "_extent",
          "origin", "_interpolation", "_norm", "cmap", "_colorizer")  # fmt: skip
EDGE = (
    "_visible",
    "_original_edgecolor",
    "_original_facecolor",
    "_linewidth",
    "_linestyle",
    "_alpha",
    "_bounds",
    "zorder",
)
SPACE = (
    "_verts3d",
    "_offsets3d",
    "_segments3d",
    "_segment3d",
    "_vec",
    "_facecolor3d",
    "_edgecolor3d",
    "_text",
    "_z",
    "_color",
)
LEGEND = ("_loc_real", "_ncols", "_ncol", "_fontsize", "_mode", "shadow", "_bbox_to_anchor")
AXES = ("_aspect", "_box_aspect", "_adjustable", "_anchor", "_axisbelow", "axison", "_xmargin", "_ymargin",
        "_subplotspec", "_axes_locator", "_facecolor", "elev", "azim", "roll", "_focal_length")  # fmt: skip
AXIS = ("_autoscale_on", "label_position", "offset_text_position", "_scale", "units", "_remove_overlapping_locs")
RULER = ("_axis_direction", "_ticklabel_add_angle", "_axislabel_add_angle", "_axisline_style")
RULED = ("_ticksize", "_tick_dir", "_tick_out", "_pad", "_axis_direction", "_text_follow_ref_angle", "_color", "_linewidth",
         "_fontproperties", "_verticalalignment", "_horizontalalignment")  # fmt: skip
RULES = ("line", "major_ticks", "minor_ticks", "major_ticklabels", "minor_ticklabels", "label")
FONT = ("_size", "_weight", "_slant", "_family", "_file")
TICKS = (("label1", "label1On", True), ("label2", "label2On", False), ("tick1line", "tick1On", True),
         ("tick2line", "tick2On", False))  # fmt: skip
CHILD_LISTS = ("_children", "artists", "collections", "images", "lines", "patches", "tables", "texts", "legends")
INNER = ("_child", "offsetbox", "image", "_text")
REDRAWN = ("Quiver", "Barbs")  # whose paths are made when they are drawn
FRAMES = ("bbox_inches", "dpi_scale_trans", "subplotpars", "_viewLim", "_position", "transScale")
TITLES = ("title", "_left_title", "_right_title")
SUPER_TITLES = ("_suptitle", "_supxlabel", "_supylabel")


def root(artist: Any) -> Any:
    """Return the figure that an artist is in, that of all subfigures; None while it is in none."""
    state = attributes(artist)
    found = state.get("_root_figure") or state.get("_parent_figure") or state.get("figure")
    return found if found is None or found is artist else root(found)


def figure_of(artist: Any) -> Any:
    """Return an artist's figure: itself for a figure, and for a part of another artist that one's."""
    return root(artist) or (artist if "_localaxes" in attributes(artist) else None)


def is_cell(artist: Any) -> bool:
    """Tell a figure, or an artist that is in none, from what is in one."""
    figure = figure_of(artist)
    return figure is None or figure is artist


def artist_reach(artist: Any) -> Reach:
    """Lead from an artist to its figure; while it is in none, to the artists that it is made of and its place.

    What places things in a figure is shared with the transforms that are made of it.
    """
    figure = figure_of(artist)
    if figure is None:
        state = attributes(artist)
        places = [state[name] for name in ("_axes", "_subplotspec") if state.get(name) is not None]
        return Reach((*inner_artists(state), *places))
    return Reach(keys=tuple(frames(figure))) if figure is artist else Reach((figure,))


def frames(figure: Any) -> Iterator[Any]:
    """Yield the boxes and scales that a figure and its axes are placed by, and their limits."""
    holders = [attributes(figure), *map(attributes, attributes(figure).get("_localaxes") or ())]
    for state in holders:
        yield from (state[name] for name in FRAMES if state.get(name) is not None)


def inner_artists(state: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the artists that an offset box or annotation is made of."""
    held = [state.get(name) for name in INNER]
    if type(state.get("_children")) is list:
        held += state["_children"]
    for artist in held:
        if artist is not None and "_remove_method" in attributes(artist):
            yield artist


def artist_digest(artist: Any) -> Digest:
    """Digest a figure as a whole; of an artist nothing but its class while it is in a figure, whose cell it is."""
    figure = figure_of(artist)
    if figure is not None and figure is not artist:
        return Digest(class_digest(artist))
    return Digest(of_plain([class_digest(artist), *(figure_state(artist) if figure else [artist_state(artist)])]))


def figure_state(figure: Any) -> Iterator[object]:
    """Yield what can be told of a figure, in values that marshal writes."""
    state = attributes(figure)
    yield values(state, ("_dpi",))
    yield seen(attributes(state.get("bbox_inches")).get("_points"))
    yield values(attributes(state.get("patch")), EDGE)
    placed = type(state.get("_layout_engine")).__name__ in ("NoneType", "PlaceHolderLayoutEngine")
    # A layout engine moves axes whenever the figure is drawn; without one, only the user does.
    yield list(attributes(state.get("subplotpars")).values()) if placed else engine_state(state["_layout_engine"])
    titles = [state[name] for name in SUPER_TITLES if state.get(name) is not None]
    yield [artist_state(title, moves=True) for title in titles]
    yield connected(state.get("_canvas_callbacks"))
    yield from children_state(state, but=set(map(identity, titles)))
    for axes in state.get("_localaxes") or ():
        yield from axes_state(axes, placed)
    for inner in state.get("subfigs") or ():
        yield from figure_state(inner)


def engine_state(engine: Any) -> list[object]:
    """Return what can be told of a layout engine: which it is, and its settings."""
    settings = attributes(engine).get("_params") or {}
    return [identity(engine), *values(settings, tuple(settings))]


def axes_state(axes: Any, placed: bool) -> Iterator[object]:
    """Yield what can be told of one axes."""
    state = attributes(axes)
    yield identity(axes), type(axes).__name__, values(state, ANY), values(state, AXES)
    yield "elev" not in state and state.get("_frameon")  # in space, a drawing switches the frame off
    yield seen(attributes(state.get("_originalPosition")).get("_points")) if placed else 0
    yield [title_state(state[name]) for name in TITLES if name in state]
    for name in ("xaxis", "yaxis", "zaxis"):
        if name in state:
            yield from axis_state(state[name])
    yield limits(state)
    yield connected(state.get("callbacks"))
    yield [edge_state(edge) for edge in (*spines(state.get("spines")), state.get("patch"))]
    yield from children_state(state)
    legend = state.get("legend_")
    if legend is not None:
        yield artist_state(legend)
    rulers = state.get("_axislines")
    for name, ruler in dict.items(rulers) if isinstance(rulers, dict) else ():
        yield name, ruler_state(ruler)
    for inner in (*(state.get("child_axes") or ()), *(state.get("parasites") or ())):
        yield from axes_state(inner, placed)


def connected(registry: Any) -> list[object]:
    """Return the numbers of the callbacks that wait for each event: a drawing or new limits may call them."""
    waiting = attributes(registry).get("callbacks")
    return [[signal, *held] for signal, held in waiting.items() if held] if type(waiting) is dict else []


def ruler_state(ruler: Any) -> list[object]:
    """Return what can be told of an axis that mpl_toolkits.axisartist draws; its labels' places are found by drawing."""
    state = attributes(ruler)
    said: list[object] = [identity(ruler), values(state, ANY), values(state, RULER)]
    said += [[values(attributes(state.get(name)), looks) for looks in (ANY, RULED)] for name in RULES]
    return [*said, seen(attributes(state.get("label")).get("_text"))]


def edge_state(edge: Any) -> list[object]:
    """Return what can be told of a spine or background; a spine that nobody moved gets its place when it is drawn."""
    state = attributes(edge)
    place = state.get("_position")
    return [None if place == ("outward", 0.0) else seen(place), *values(state, EDGE)]


def children_state(state: Mapping[str, Any], but: Collection[int] = ()) -> Iterator[object]:
    """Yield what can be told of the artists that a figure or axes lists."""
    for name in CHILD_LISTS:
        for child in state.get(name) or ():
            if identity(child) not in but:
                yield artist_state(child)


def title_state(title: Any) -> list[object]:
    """Return what can be told of a title or label, which drawing may shift; of an empty one, nothing."""
    return artist_state(title, moves=True) if attributes(title).get("_text") else []


def spines(held: Any) -> Iterable[Any]:
    """Return the spines of an axes: a dict, in an object from matplotlib 3.4 on."""
    found = attributes(held).get("_dict") or held
    return dict.values(found) if isinstance(found, dict) else ()


def limits(state: Mapping[str, Any]) -> list[object]:
    """Return the limits of an axes' two axes: those that somebody set; of automatic ones, their direction."""
    points = attributes(state.get("_viewLim")).get("_points")
    if points is None or (state.get("_adjustable") == "datalim" and state.get("_aspect") != "auto"):
        return []  # a drawing fits them to the aspect
    said: list[object] = []
    for column, name in enumerate(("xaxis", "yaxis")):
        low, high = points[:, column].tolist()
        automatic = attributes(state.get(name)).get("_autoscale_on", state.get(f"_autoscale{name[0].upper()}on"))
        said += [low > high] if automatic else [low, high]
    return said


def axis_state(axis: Any) -> Iterator[object]:
    """Yield what can be told of an axis: label, scale, and how its ticks are found and look."""
    state = attributes(axis)
    yield values(state, ANY), values(state, AXIS), title_state(state.get("label"))
    for name in ("major", "minor"):
        ticker = attributes(state.get(name))
        # set_xticks puts in others; what a drawing stores in them does not matter.
        yield identity(ticker.get("_locator")), identity(ticker.get("_formatter"))
    for name in ("_major_tick_kw", "_minor_tick_kw"):
        looks = state.get(name) or {}
        yield list(looks), values(looks, tuple(looks))
    yield tick_labels(state)


def tick_labels(state: Mapping[str, Any]) -> list[object]:
    """Return how ticks have been turned or hidden one by one; they come and go with every drawing, as the axis says."""
    usual = state.get("_major_tick_kw", {})
    turned = usual.get("labelrotation", 0.0)
    said = set()
    for tick in state.get("majorTicks") or ():
        parts = attributes(tick)
        for name, setting, shown in TICKS:
            part = attributes(parts.get(name))
            if bool(part.get("_visible", True)) != bool(usual.get(setting, shown)):
                said.add((name, "hidden" if usual.get(setting, shown) else "shown"))
            rotation = part.get("_rotation", 0.0)
            if rotation and rotation != turned:
                said.add((str(rotation), str(part.get("_horizontalalignment"))))
    return [list(pair) for pair in sorted(said)]


def artist_state(artist: Any, *, moves: bool = False) -> list[object]:
    """Return what can be told of one artist; `moves` says that drawing may shift it."""
    state = attributes(artist)
    said = [identity(artist), values(state, ANY)]
    if type(artist).__module__.startswith("mpl_toolkits.mplot3d"):
        # The rest is the projection, made anew at each drawing, the order of depth included.
        return [identity(artist), values(state, ("_visible", "_alpha", "_label", *SPACE))]
    said += map(artist_state, inner_artists(state))
    if type(state.get("_text")) is str:
        said += values(state, TEXT)
        if not moves:
            said += values(state, ("_x", "_y"))
    elif "_xorig" in state:
        said += values(state, LINE)
    elif "_edgecolor" in state:
        said += values(state, PATCH)
    elif "_legend_box" in state:
        title = attributes(state.get("_legend_title_box")).get("_text")
        said += [*values(state, LEGEND), *map(artist_state, state.get("texts") or ()), title_state(title)]
    elif "_A" in state:
        said += values(state, MAPPED)
        if type(artist).__name__ not in REDRAWN:
            said.append(len(state.get("_paths") or ()))
    return said


def values(state: Mapping[str, Any], names: tuple[str, ...]) -> list[object]:
    """Return these attributes as marshal can write them."""
    get = state.get
    return [value if type(value) in PLAIN else seen(value) for value in map(get, names)]


def seen(value: Any) -> object:
    """Write one value down: plain data and arrays by content, what sets a look by its settings, others by identity."""
    cls: Any = type(value)
    if cls in PLAIN:
        return value
    if cls is tuple or cls is list:
        if PLAIN.issuperset(map(type, value)):
            return value
        return [seen(item) for item in value[:1000]]
    if cls.__name__ == "ndarray":
        return _array_seen(value)
    if cls.__name__ in SETTINGS:
        return values(attributes(value), SETTINGS[cls.__name__])
    if is_scalar(cls):
        return float(value) if cls.__name__.startswith(("float", "int", "uint")) else identity(value)
    if cls.__module__ == "matplotlib.colors" and "_vmin" in attributes(value):
        return identity(value), values(attributes(value), ("_vmin", "_vmax", "vmin", "vmax"))
    return _array_seen(value)


def _array_seen(value: Any) -> object:
    ndarray = getattr(sys.modules.get("numpy"), "ndarray", None)
    if type(value) is ndarray and value.nbytes < SMALL and not value.dtype.hasobject:
        return value.tobytes()
    if ndarray is None or not issubclass(type(value), ndarray):
        return identity(value)
    if value.dtype.hasobject or value.nbytes > DATA_LIMIT:
        return identity(value), value.shape
    return of_array(value)


SETTINGS = {
    "FontProperties": FONT,
    "Colorizer": ("_norm", "_cmap"),
}


def standing_reach(x: Any) -> Reach:
    """Lead from what belongs to a figure without being an artist (a canvas, a colour bar) to the figure."""
    state = attributes(x)
    found = [state.get(name) for name in ("figure", "_figure", "ax", "axes", "canvas", "axis", "mappable", "_gridspec")]
    return Reach([owner for owner in found if owner is not None])


def constant(x: Any) -> Digest:
    """Digest by the class alone: what can change is in the figure's cell."""
    return Digest(class_digest(x))


def colormap_digest(colormap: Any) -> Digest:
    """Digest a colour map by the colours outside of its range; its table is made on the first use."""
    state = attributes(colormap)
    return Digest(
        of_plain([class_digest(colormap), *values(state, ("name", "_rgba_bad", "_rgba_over", "_rgba_under"))])
    )


def no_reach(_: Any) -> Reach:
    """Lead nowhere."""
    return Reach()


def holder_reach(held: Any) -> Reach:
    """Lead from the spines of an axes to each."""
    return Reach(tuple(spines(held)))


def bars(x: Any) -> Reach:
    """Lead from a container (bars, error bars, stems) to its artists."""
    return Reach(tuple(tuple.__iter__(x)))


ARTIST_OWN = frozenset({"_stale", "stale_callback", "_axes", "axes", "figure", "_parent_figure", "_root_figure",
                        "_callbacks", "canvas", "_axstack", "patch", "bbox", "_remove_method"})  # fmt: skip

KINDS = (
    Kind("artist", ("matplotlib.artist.Artist",), artist_reach, artist_digest, ARTIST_OWN),
    Kind("artists", ("matplotlib.container.Container",), bars, constant),
    Kind("spines", ("matplotlib.spines.Spines",), holder_reach, constant),
    Kind(
        "part of a figure",
        (
            "matplotlib.backend_bases.FigureCanvasBase",
            "matplotlib.backend_bases.FigureManagerBase",
            "matplotlib.backend_bases.RendererBase",
            "matplotlib.colorbar.Colorbar",
            "matplotlib.colorbar.ColorbarBase",
            "matplotlib.gridspec.SubplotSpec",
            "matplotlib.axis.Ticker",
        ),
        standing_reach,
        constant,
    ),
    Kind("colour map", ("matplotlib.colors.Colormap",), no_reach, colormap_digest),
)
