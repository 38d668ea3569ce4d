"""What may change is fingerprinted before it does; what may be read by name counts as read."""

from __future__ import annotations

from clew.capture.callees import CONTAINERS
from clew.capture.closing import Closer
from clew.capture.drawing import look_at_figures
from clew.capture.listing import Listing
from clew.capture.opened import LONGEST_TEXT, Opened
from clew.capture.reading import Reader, whole
from clew.capture.verdicts import Harmless, Limited, Unknown, Verdict
from clew.knowledge.names import type_name
from clew.model.typed import Iterable
from clew.observe.heap import Heap
from clew.observe.kinds.functions import LOOKS_UP
from clew.observe.outside import Outside

TABLES = frozenset(
    "numpy.ndarray pandas.DataFrame pandas.Series pandas.core.frame.DataFrame pandas.core.series.Series".split()
)


class Doubter:
    """Prepares for what a step may do, so that its end can be compared with its beginning."""

    def __init__(
        self,
        namespace: dict[str, object],
        listing: Listing,
        heap: Heap,
        reader: Reader,
        closer: Closer,
        outside: Outside,
    ) -> None:
        self.namespace = namespace
        self.listing = listing
        self.heap = heap
        self.reader = reader
        self.closer = closer
        self.outside = outside

    def doubt(self, step: Opened, judged: Verdict) -> None:
        """Fingerprint what may change, before it does."""
        if isinstance(judged, Harmless) or step.everything:
            return
        names = self.reached(step) if isinstance(judged, Unknown) else set(judged.names)
        if isinstance(judged, Unknown) or step.modules or not self.are_plain(judged.names):
            self.closer.before(step)
        names |= self.heap.aliases(names) | self.closer.relatives(names)
        if isinstance(judged, Limited) and judged.sure:
            # It is about to change what it names: of long containers we need not look how.
            self.closer.known |= self.heap.bulk_of(judged.names)
        self.look_at(step, names)

    def look_at(self, step: Opened, names: set[str]) -> None:
        """Fingerprint what these variables lead to, so that the step's end can be compared with it."""
        fresh = names - step.looked
        step.looked |= names
        if not step.prepared:
            step.prepared = True
            self.heap.prepare(fresh, self.closer.known)
        else:
            self.heap.prepare_more(fresh, self.closer.known)

    def doubt_around(self, step: Opened) -> None:
        """The step was ended by an exception: what `with` statements around it did at their ends belongs to it.

        It is compared with what was last seen of it: there was no marker between the exception and those ends.
        """
        names = step.around - step.looked
        if names and not step.prepared:
            step.prepared = True
            self.heap.prepare((), self.closer.known)
        self.heap.prepare_more(names, self.closer.known)
        step.looked |= names

    def reached(self, step: Opened) -> set[str]:
        """All variables that an unknown call in this step can get at; those that it may look up are read."""
        step.everything = True
        self.read_more(step, self.reader.called_names(step.read, self.listing.touches[step.statement].called))
        look_at_figures(step, self.heap)
        if not LOOKS_UP.isdisjoint(self.reader.mentioned):
            self.read_names(step)
        by_name = self.reader.own_modules() if "modules" in step.words else frozenset()  # sys.modules["made"]
        return step.read | step.around | by_name

    def are_plain(self, names: Iterable[str]) -> bool:
        """Tell whether changing what these variables hold can change no name and no ambient state."""
        held = [type(self.namespace[name]) for name in names if name in self.namespace]
        return all(cls in CONTAINERS or type_name(cls) in TABLES for cls in held)

    def read_more(self, step: Opened, names: Iterable[str]) -> None:
        """The step reads these variables too."""
        new = set(names) - step.read
        if not new:
            return
        step.read |= new
        step.words |= (words := self.reader.words_of(new))
        step.effects += self.reader.settings.asked(words, ((word, "") for word in words))
        step.effects += self.reader.reads(whole(new))
        step.effects += self.reader.spoken(whole(step.read), step.words)

    def read_names(self, step: Opened) -> None:
        """The callee looks variables up by name: those that the texts at hand mention are read."""
        texts = [*self.listing.touches[step.statement].texts, *self.reader.texts(step.read), *step.notes]
        named = self.reader.words(texts) - step.read
        if not texts and self.said_everything(step):
            named = {name for name in self.namespace if not name.startswith("_")} - step.read
        self.read_more(step, named)

    def said_everything(self, step: Opened) -> bool:
        """Tell whether the statement asks for the whole namespace and does not say what for."""
        return not LOOKS_UP.isdisjoint(self.listing.touches[step.statement].words)

    def mention(self, step: Opened) -> None:
        """Texts at hand that may be paths: what reads or writes them may leave no other trace."""
        for text in (*self.listing.touches[step.statement].texts, *self.reader.texts(step.read)):
            if len(text) < LONGEST_TEXT:
                self.note(step, text)

    def note(self, step: Opened, text: str) -> None:
        """A text at hand: it may be a path."""
        if text not in step.notes:
            step.notes.append(text)
            self.outside.mention(text)
