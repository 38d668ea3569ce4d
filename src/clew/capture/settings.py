"""Settings that the program changed, and who goes by them: whoever speaks of them, and libraries that look them up."""

from __future__ import annotations

from types import FunctionType

from clew.knowledge.lines import family
from clew.model.effects import Bound, Changed, Effect, Read, Reason
from clew.model.resources import Ambient
from clew.model.typed import Collection, Iterable
from clew.observe.kinds.functions import recurs
from clew.observe.kinds.raw import loaded

SHOWING = (
    "builtins.print",
    "builtins.str",
    "builtins.repr",
    "builtins.format",
    "numpy.array2string",
    "numpy.array_repr",
)
TABLES = tuple(
    f"pandas{core}.{cls}.to_{way}"
    for core in ("", ".core.frame", ".core.series")
    for cls in ("DataFrame", "Series")
    for way in ("string", "html", "latex", "markdown")
)
CONSULTED: dict[str, tuple[str, ...]] = {
    "pandas.options": ("pandas",),
    "pandas.display": (*SHOWING, *TABLES),
    "numpy.options": SHOWING,
    "matplotlib": ("matplotlib", "seaborn", "mpl_toolkits"),
    "torch": ("torch",),
    "torch.options": ("torch",),
    "sklearn.config": ("sklearn", "imblearn"),
    "xarray.options": ("xarray",),
    "decimal": ("decimal", "_decimal"),
    "locale": ("locale", "time", "datetime", "calendar"),
    "sys.limits": ("copy", "pickle", "_pickle", "json", "_json", "ast", "marshal", "cloudpickle", "joblib"),
}
SPOKEN: dict[str, tuple[str, ...]] = {
    "matplotlib": ("rcParams", "rc_params", "rc_context"),
    "pandas.display": ("format", "get_option", "options", "option_context", "describe_option"),
    "numpy.options": ("format",),
    "pandas.options": ("get_option", "options", "option_context", "describe_option"),
    "environ": ("environ", "getenv", "environb", "expandvars", "expanduser"),
    "cwd": ("getcwd", "cwd", "abspath", "resolve", "absolute"),
    "sys.path": ("path",),
    "sys.argv": ("argv", "parse_args", "parse_known_args"),
    "sys.limits": ("getrecursionlimit", "get_int_max_str_digits"),
    "decimal": ("Decimal", "getcontext", "decimal"),
    "locale": ("format", "strftime", "strptime", "month_name", "day_name", "localeconv", "nl_langinfo", "strxfrm"),
}
ASKING = frozenset([word for words in SPOKEN.values() for word in words])
KEYED = frozenset({"environ", "environb", "getenv", "rcParams", "options", "get_option"})
"""Words by which the text says which setting it asks for, if it does."""

SILENT = frozenset({"mode.chained_assignment", "mode.performance_warnings"})
"""Options by which a library only decides whether it warns."""


class Settings:
    """Knows the kinds of hidden state that the program moved, and of those that have parts, which."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.parts: dict[str, set[str]] = {}

    def moved(self, kind: str, parts: Collection[str]) -> list[Effect]:
        """The program moved these parts of a kind; "" stands for the whole."""
        self.kinds.add(kind)
        self.parts.setdefault(kind, set()).update(parts)
        return [Bound(Ambient(kind, part)) if part else Changed(Ambient(kind)) for part in sorted(parts)]

    def consulted(self, top: str, said: str, raising: bool) -> list[Effect]:
        """What a call into a library goes by."""
        found = [kind for kind in self.kinds if top in CONSULTED.get(kind, ()) or said in CONSULTED.get(kind, ())]
        if raising and "warnings" in self.kinds:
            found.append("warnings")
        if "matplotlib" in self.kinds and top == "pandas" and ("plot" in said or said.endswith((".hist", ".boxplot"))):
            found.append("matplotlib")
        if "numpy.errstate" in self.kinds and raises_errors():
            found.append("numpy.errstate")
        return [Read(each, Reason.ASSUMED) for kind in found for each in self.loud(kind)]

    def loud(self, kind: str) -> list[Ambient]:
        """A kind, without those of its parts that only decide whether a library warns."""
        parts = self.parts.get(kind, {""})
        return (
            [Ambient(kind)] if parts.isdisjoint(SILENT) or "" in parts else [Ambient(kind, p) for p in parts - SILENT]
        )

    def asked(self, words: Collection[str], named: Iterable[tuple[str, str]]) -> list[Effect]:
        """What code that speaks of these words asks for; `named` says which setting, by the word, where the text does."""
        if ASKING.isdisjoint(words):
            return []
        found: dict[Ambient, None] = {}
        for kind in self.kinds:
            said = [word for word in SPOKEN.get(kind, ()) if word in words]
            keys = {key for word, key in named if word in said} | {"" for word in said if word not in KEYED}
            for key in sorted(keys):
                found |= dict.fromkeys(self.matching(kind, key))
        return [Read(each, Reason.ASSUMED) for each in found]

    def matching(self, kind: str, key: str) -> list[Ambient]:
        """The parts that a setting's name stands for: pandas takes any piece of a name for the whole of it."""
        if not key or not kind.startswith("pandas"):
            return [Ambient(kind, key)]
        return [Ambient(kind, part) for part in sorted(self.parts.get(kind, ())) if key in part or not part]

    def depth(self, values: Iterable[object]) -> list[Effect]:
        """How deep calls may go, where the program changed that and code behind these values recurs."""
        if "sys.limits" not in self.kinds or not any(map(recurs, values)):
            return []
        return [Read(Ambient("sys.limits"), Reason.ASSUMED)]


def asks_by_name(kind: str, named: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a statement's text says which settings of a kind it asks for."""
    return any(word in SPOKEN.get(kind, ()) for word, _ in named)


def raises_errors() -> bool:
    """Tell whether NumPy turns floating-point faults into errors."""
    asked = loaded("numpy", "geterr")
    own = type(asked) is FunctionType and family(asked.__globals__.get("__name__")) == "numpy"
    return own and any(way in ("raise", "call") for way in asked().values())
