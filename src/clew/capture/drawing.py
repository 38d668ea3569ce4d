"""The figures that pyplot keeps: a function may draw on the current one without being given it."""

from __future__ import annotations

import sys
from types import ModuleType

from clew.capture.opened import Opened
from clew.knowledge.lines import identity
from clew.model.effects import Effect, Read
from clew.model.typed import Any
from clew.observe.heap import Heap
from clew.observe.kinds.raw import attributes, loaded

PLOTTERS = ("matplotlib.pyplot", "pylab", "seaborn")
"""Modules whose functions draw on the current figure."""

SPEAKS = frozenset({"gca", "gcf", "plot", "hist", "boxplot"})
"""Words of who gets at it otherwise, `df.plot()` among them."""

ASKS = frozenset("gcf gca gci get_fignums fignum_exists get_current_fig_manager".split())
"""Words of who asks for the current figure."""

LIMITS = frozenset("axis xlim ylim clim xticks yticks getp".split())
"""Words of who sets how the current figure stands, or asks for it."""


def look_at_figures(step: Opened, heap: Heap) -> None:
    """Fingerprint the figures that a step may draw on, before it does."""
    if step.figures or "matplotlib.pyplot" not in sys.modules or not may_draw(step, heap):
        return
    for figure in kept_figures():
        heap.look(figure, "figure")
        step.figures = (*step.figures, identity(figure))


def compare_figures(step: Opened, heap: Heap) -> tuple[list[Effect], bool]:
    """What became of these figures and what was asked of them, and whether the step made one of its own instead."""
    figures = kept_figures() if step.figures else []
    there = [figure for figure in figures if identity(figure) in step.figures]
    read = heap.written_at(heap.figures([each for each in there if identity(each) == step.figures[-1]]))
    effects = [effect for figure in there for effect in heap.compare_one(figure, step.number)]
    heap.drawn = heap.drawn or bool(effects)
    if not effects and figures and identity(figures[-1]) not in step.figures and ASKS.isdisjoint(step.words):
        return [], True
    asked = [] if (ASKS | LIMITS).isdisjoint(step.words) else [Read(cell) for cell in read]
    return [*asked, *effects], False


def may_draw(step: Opened, heap: Heap) -> bool:
    """Tell whether the code that a step may run speaks of the current figure, or of a module that draws on it."""
    if not SPEAKS.isdisjoint(step.words) or any(word.startswith("plot") for word in step.words):
        return True
    plotters = {identity(sys.modules[name]) for name in PLOTTERS if name in sys.modules}
    surveys = [survey for name in step.read if (survey := heap.survey(name)) is not None]
    return any(not plotters.isdisjoint(survey.cells) for survey in surveys)


def kept_figures() -> list[Any]:
    """The figures that pyplot knows, which live until they are closed."""
    managers = getattr(loaded("matplotlib._pylab_helpers", "Gcf"), "figs", None)
    if type(sys.modules.get("matplotlib.pyplot")) is not ModuleType or not managers:
        return []
    canvases = [attributes(manager).get("canvas") for manager in list(managers.values())]
    figures = [attributes(canvas).get("figure") for canvas in canvases]
    return [figure for figure in figures if figure is not None]
