"""What is known about a callable."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.typed import Collection


@dataclass(frozen=True, slots=True)
class CalleeFacts:
    """What calling a callable does, as far as we know it.

    pure            changes no memory that was there before the call, and runs no code of the user's
    pure_if_inert   the same, as long as nothing that the object before the dot or the arguments lead to is the user's
                    (an instance of a user's class, a user's function, a running generator) or is a callable that is not
                    pure itself (`map(out.append, xs)`; ask `Knowledge.is_pure_callable`)
    shallow         of those objects only they themselves matter, not what they hold (`len` asks the list, not its items)
    unless          facts do not hold where one of these arguments is given (`inplace`, `out`)
    calls_back      facts hold only if what these arguments lead to is inert in that sense: they may be called
    changes         only these arguments, with all that they lead to, can change
    iterates        iterators among the arguments are used up, and what they run is run (so they are looked into, `shallow` or not)
    seeds           ambient state that is set, whatever it was
    draws           ambient state that may be read and moved on
    consults        ambient state that is read
    reads_names     looks up variables of its caller by name
    reads_path      arguments that name files it reads
    writes_path     arguments that name files it writes
    figure          changes the matplotlib figure that `self` belongs to, or the `current` one, and what `changes` lists

    Facts that are neither pure nor list changes nor draw on a figure leave open what the call changes. Pure is said of
    memory: what a call does to ambient state is in `seeds` and `draws`, files are left to the audit hook and the paths.
    """

    pure: bool = False
    pure_if_inert: bool = False
    shallow: bool = False
    unless: tuple[str, ...] = ()
    calls_back: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    iterates: bool = False
    seeds: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()
    consults: tuple[str, ...] = ()
    reads_names: bool = False
    reads_path: tuple[str, ...] = ()
    writes_path: tuple[str, ...] = ()
    figure: str = ""

    def hold(self, positional: int, keywords: Collection[str], starred: bool = False) -> bool:
        """Tell whether a call with so many positional and these keyword arguments is one the facts are about.

        `starred` says that it also has `*args` or `**kwargs`, which could hold anything.
        """
        given = {*keywords, *map(str, range(positional))}
        return not (self.unless and (starred or not given.isdisjoint(self.unless)))
