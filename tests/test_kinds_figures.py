"""What a fingerprint of a figure sees, and that drawing changes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.looking import Look, act

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")
np = pytest.importorskip("numpy")

ACTS_TEXT = """
ax.plot([1], [2])|ax.set_title('z')|ax.set_xlabel('q')|ax.set_xlim(0, 3)|ax.legend(['a'])|ax.lines[0].set_color('red')
ax.lines[0].set_ydata([5, 6, 7])|ax.grid(True)|ax.set_xticks([1, 2])|ax.set_xscale('log')|ax.tick_params(labelsize=5)
ax.spines['top'].set_visible(False)|fig.suptitle('u')|fig.set_size_inches(3, 3)|ax.set_facecolor('red')
ax.text(1, 1, 'q')|ax.texts[0].set_position((2, 2))|ax.bar([1, 2], [3, 4])|ax.patches[0].set_height(9)
ax.invert_yaxis()|ax.set_axis_off()|ax.axhline(3)|ax.scatter([1], [2])|ax.collections[0].set_offsets([[3, 4]])
ax.collections[0].set_alpha(.4)|ax.imshow(np.eye(3))|ax.images[0].set_clim(0, .4)|ax.images[0].set_cmap('gray')
ax.images[0].set_data(np.ones((3, 3)))|ax.get_legend().set_title('t')|ax.get_legend().get_texts()[0].set_text('new')
ax.lines[0].remove()|ax.cla()|ax.set_yscale('log')|plt.setp(other.get_xticklabels(), rotation=45)|ax.twinx()
other.set_aspect('equal')|ax.set_position([0, 0, .5, .5])|fig.subplots_adjust(left=.3)|ax.inset_axes([0, 0, .2, .2])
ax.fill_between([1, 2], [2, 3])|ax.annotate('a', (1, 1))|other.pie([1, 2])|fig.colorbar(ax.imshow(np.eye(2)), ax=ax)
fig.add_subplot(111)|fig.delaxes(ax)|fig.clf()
"""
ACTS = ACTS_TEXT.strip().replace("\n", "|").split("|")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def gallery() -> Any:
    """One of each kind of plot."""
    fig, axes = plt.subplots(3, 4, figsize=(8, 6))
    axs = axes.ravel()
    axs[0].plot([1, 2, 3], label="x")
    axs[0].legend()
    axs[0].set_title("t")
    axs[1].bar(["a", "b"], [1, 2])
    axs[2].scatter([1, 2], [3, 4], c=[1, 2])
    fig.colorbar(axs[3].imshow(np.eye(3)), ax=axs[3])
    axs[4].hist(np.arange(10))
    axs[4].set_yscale("log")
    axs[5].pie([1, 2])
    axs[6].contourf(np.arange(25.0).reshape(5, 5))
    axs[7].boxplot([1, 2, 3])
    axs[8].fill_between([1, 2], [3, 4])
    axs[8].quiver([1], [1], [1], [1])
    axs[8].table([["a"]])
    axs[9].errorbar([1, 2], [2, 3], yerr=[0.1, 0.2])
    axs[9].twinx().plot([1, 2])
    axs[10].annotate("hi", (0.5, 0.5), xytext=(0.2, 0.2), arrowprops={})
    axs[10].set_xlim(0, 5)
    axs[10].grid(True)
    axs[11].plot(np.array(["2020-01-01", "2020-02-01"], dtype="M8[D]"), [1, 2])
    fig.suptitle("S")
    return fig


@pytest.mark.parametrize("layout", [None, "tight", "constrained"])
@pytest.mark.filterwarnings("ignore")
def test_drawing_and_saving_change_nothing(layout: str | None) -> None:
    fig = gallery() if layout != "constrained" else plt.subplots(2, 2)[0]
    fig.set_layout_engine(layout)
    assert act(fig, "x.canvas.draw()") == set()
    for how in ("format='svg'", "bbox_inches='tight', dpi=40"):
        assert act(fig, f"x.savefig(io.BytesIO(), {how})", io=io) == set()
    assert act(fig, "x.axes; x.get_size_inches(); repr(x); x.axes[0].get_xlim(); x.axes[0].get_lines()") == set()


@pytest.mark.filterwarnings("ignore")
def test_what_a_user_sets_is_seen_and_drawing_it_is_not() -> None:
    fig, (ax, other) = plt.subplots(1, 2)
    ax.plot([1, 2, 3])
    fig.canvas.draw()
    missed = []
    for code in ACTS:
        if not act(fig, code, fig=fig, ax=ax, other=other, plt=plt, np=np):
            missed.append(code)
        assert act(fig, "x.draw_without_rendering()") == set(), code
    assert missed == []


def test_every_artist_leads_to_its_figure_alone() -> None:
    fig = gallery()
    ax = fig.axes[0]
    for artist in (ax, ax.lines[0], ax.title, ax.xaxis, ax.spines["top"], ax.legend_, ax.spines, fig.canvas):
        seen = Look(artist)
        assert id(fig) in seen.cells
        assert not seen.opaque()
    assert len(Look(fig).cells) == 1


def test_bars_lead_to_their_figure() -> None:
    _, ax = plt.subplots()
    assert act(ax.bar([1, 2], [3, 4]), "x[0].set_height(9)") == {"<artist>"}


def test_the_artist_of_no_figure_has_a_state_of_its_own() -> None:
    from matplotlib.patches import Rectangle

    assert act(Rectangle((0, 0), 1, 1), "x.set_height(5)") == {"whole"}


def test_a_subfigure_belongs_to_its_figure() -> None:
    fig = plt.figure()
    left, _ = fig.subfigures(1, 2)
    ax = left.subplots()
    assert id(fig) in Look(ax).cells
    assert act(fig, "ax.plot([1, 2])", ax=ax) == {"whole"}


@pytest.mark.filterwarnings("ignore")
def test_plots_in_space_are_projected_anew_when_drawn() -> None:
    fig = plt.figure()
    ax = fig.add_subplot(projection="3d")
    ax.plot([1, 2], [3, 4], [5, 6])
    ax.scatter([1], [2], [3])
    ax.bar3d([1], [1], [1], 1, 1, 1)
    ax.text(1, 1, 1, "q")
    assert act(fig, "x.canvas.draw()") == set()
    assert act(fig, "ax.view_init(5, 5)", ax=ax) == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()
    assert act(fig, "ax.lines[0].set_data_3d([1], [2], [3])", ax=ax) == {"whole"}


def test_using_a_colour_map_does_not_change_it() -> None:
    colours = matplotlib.colormaps["magma"].copy()
    assert act(colours, "x(0.5)") == set()
    assert act(colours, "x.set_bad('red')") == {"whole"}


def test_a_box_leads_to_the_artists_in_it_until_it_is_in_a_figure() -> None:
    from matplotlib.offsetbox import AnnotationBbox, DrawingArea
    from matplotlib.patches import Circle

    fig, ax = plt.subplots()
    area, circle = DrawingArea(9, 9), Circle((3, 3), 2)
    assert act(area, "x.add_artist(circle)", circle=circle) == {"whole"}
    box = AnnotationBbox(area, (0.5, 0.5))
    assert act(box, "circle.set_radius(3)", circle=circle) == {"whole", "<artist>"}
    assert id(circle) in Look(box).cells
    assert act(fig, "ax.add_artist(box)", ax=ax, box=box) == {"whole"}
    assert act(fig, "circle.set_radius(4)", circle=circle) == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()


def test_who_waits_for_a_drawing_or_for_new_limits_belongs_to_the_figure() -> None:
    fig, ax = plt.subplots()
    assert act(fig, "x.canvas.mpl_connect('draw_event', print)") == {"whole"}
    assert act(fig, "ax.callbacks.connect('xlim_changed', print)", ax=ax) == {"whole"}


RULER_ACTS = """
ax.axis['left'].set_axis_direction('right')|ax.axis['left'].major_ticks.set_tick_out(not ax.axis['left'].major_ticks.get_tick_out())|ax.axis['left'].label.set_pad(9)
ax.axis['left'].label.set_text('Length')|ax.axis['top'].toggle(all=False)|ax.axis['right'] = ax.new_fixed_axis('right')
ax.axis[:].major_ticks.set_ticksize(8)|ax.axis['left'].line.set_linewidth(4)
"""


@pytest.mark.parametrize("code", RULER_ACTS.strip().replace("\n", "|").split("|"))
def test_the_axes_that_a_toolkit_draws_belong_to_the_figure(code: str) -> None:
    axislines = pytest.importorskip("mpl_toolkits.axisartist.axislines")
    fig = plt.figure()
    ax = fig.add_subplot(axes_class=axislines.Axes)
    assert act(fig, code, ax=ax) == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()


def test_axes_that_live_on_others_belong_to_the_figure() -> None:
    parasite_axes = pytest.importorskip("mpl_toolkits.axes_grid1.parasite_axes")
    fig = plt.figure()
    host = fig.add_subplot(axes_class=parasite_axes.HostAxes)
    guest = host.twinx()
    assert act(fig, "guest.plot([1, 2])", guest=guest) == {"whole"}
    assert act(fig, "guest.axis['right'].label.set_text('Speed')", guest=guest) == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()


@pytest.mark.parametrize("part", ["label1", "label2", "tick1line", "tick2line"])
def test_a_tick_that_is_hidden_or_shown_alone_belongs_to_the_figure(part: str) -> None:
    fig, ax = plt.subplots()
    fig.canvas.draw()
    tick = ax.xaxis.get_major_ticks()[1]
    assert act(fig, f"tick.{part}.set_visible(not tick.{part}.get_visible())", tick=tick) == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()


def test_the_settings_of_a_layout_engine_belong_to_the_figure() -> None:
    fig, _ = plt.subplots(layout="constrained")
    assert act(fig, "x.get_layout_engine().set(hspace=0.2)") == {"whole"}
    assert act(fig, "x.canvas.draw()") == set()
