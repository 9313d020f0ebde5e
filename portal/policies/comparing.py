"""What is different between two versions of a policy: section by section, then word by word.

Pure: two texts of cleaned markup in, plain words out. What is kept and what was removed make the old text again, what
is kept and what was added the new one; links count as words, so that a changed address shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import NamedTuple

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
KEEP = "keep"  # of words, beside ADDED and REMOVED
ALIKE = 0.5  # share of words in common from which two texts are versions of one another
_PRODUCT = 2_000_000  # words times words that are compared one by one; longer passages are replaced as a whole
_BLOCKS = frozenset({"h3", "p", "li"})

Words = tuple[str, ...]


class Block(NamedTuple):
    """A paragraph, a point of a list or a small heading: its tag and words."""

    tag: str
    words: Words


class Run(NamedTuple):
    """Words one after the other that were kept, added or removed."""

    kind: str
    text: str


class Passage(NamedTuple):
    """A block as it is shown: its tag, what became of it as a whole, and its words."""

    tag: str
    kind: str
    runs: list[Run]


@dataclass
class Section:
    """A section of one version; what stands before the first heading has no id and no heading."""

    id: str = ""
    heading: Words = ()
    blocks: list[Block] = field(default_factory=list)

    @property
    def words(self) -> Words:
        """Return all its words."""
        return tuple(word for block in self.blocks for word in block.words)


class Difference(NamedTuple):
    """What became of one section. `moved` it may be beside SAME or CHANGED.

    `id` is its place in the new text, `was` in the old one; where it is only in one of them both are that.
    """

    id: str
    was: str
    heading: list[Run]
    kind: str
    moved: bool
    passages: list[Passage]

    @property
    def is_different(self) -> bool:
        """Tell whether there is anything to show."""
        return self.kind != SAME or self.moved

    @property
    def title(self) -> str:
        """Return its heading as it is now, or was."""
        left_out = REMOVED if self.kind != REMOVED else ADDED
        return " ".join(run.text for run in self.heading if run.kind != left_out)


def compare(old: str, new: str) -> list[Difference]:
    """Return what became of every section, in the order of the new text; what was removed stands where it stood."""
    before, after = read(old), read(new)
    pairs = _pairs(before, after)
    moved = _moved(pairs)
    olds = {place: other for other, place in pairs.items()}
    shown = [
        _differ(before[olds[at]], one, at in moved) if at in olds else _whole(one, ADDED)
        for at, one in enumerate(after)
    ]
    for at in reversed([at for at in range(len(before)) if at not in pairs]):
        shown.insert(_place(at, pairs, moved), _whole(before[at], REMOVED))
    return shown


def read(markup: str) -> list[Section]:
    """Return the sections of a text, without an empty one at its beginning."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    reader.end_block()
    return [one for one in reader.sections if one.heading or one.blocks]


def differ(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """Return what became of words."""
    if len(old) * len(new) > _PRODUCT:
        return [Run(kind, " ".join(words)) for kind, words in ((REMOVED, old), (ADDED, new)) if words]
    runs: list[Run] = []
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            runs.append(Run(KEEP, " ".join(old[a:b])))
            continue
        runs += [Run(kind, " ".join(words)) for kind, words in ((REMOVED, old[a:b]), (ADDED, new[c:d])) if words]
    return runs


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = [Section()]
        self._tag, self._said, self._link = "", list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "h2":
            self.end_block()
            self.sections.append(Section(known.get("id") or ""))
            self._tag = tag
        elif tag in _BLOCKS or tag in ("ul", "ol"):
            self.end_block()
            self._tag = tag if tag in _BLOCKS else self._tag
        elif tag == "a":
            self._link = known.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            self._said.append(f" ({self._link})")
            self._link = ""
        elif tag == "h2" or tag in _BLOCKS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        self._said.append(data)

    def end_block(self) -> None:
        """Keep the words that were read since the last block."""
        words, tag = tuple("".join(self._said).split()), self._tag
        self._said, self._tag = [], ""
        if tag == "h2":
            self.sections[-1].heading = words
        elif words:
            self.sections[-1].blocks.append(Block(tag or "p", words))


def _pairs(before: list[Section], after: list[Section]) -> dict[int, int]:
    """Return which section became which: by their ids, else by their headings, else by most of their words."""
    pairs: dict[int, int] = {}
    for key in (lambda one: (one.id, one.heading), lambda one: one.id, lambda one: one.heading, lambda one: one.words):
        there: dict[object, int] = {}
        for at, one in enumerate(after):
            if at not in pairs.values() and key(one):
                there.setdefault(key(one), at)
        for at, one in enumerate(before):
            if at not in pairs and key(one) in there:
                pairs[at] = there.pop(key(one))
    pairs.update(_alike(before, after, pairs))
    return pairs


def _alike(before: list[Section], after: list[Section], pairs: dict[int, int]) -> dict[int, int]:
    """Return those of the others that share most of their words, the most alike first."""
    taken = set(pairs.values())
    olds = {at: Counter(one.words) for at, one in enumerate(before) if at not in pairs and one.words}
    news = {at: Counter(one.words) for at, one in enumerate(after) if at not in taken and one.words}
    shares = [(_share(some, others), old, new) for old, some in olds.items() for new, others in news.items()]
    found: dict[int, int] = {}
    for share, old, new in sorted(shares, key=lambda one: (-one[0], one[1], one[2])):
        if share >= ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _share(some: Counter[str], others: Counter[str]) -> float:
    both = some.total() + others.total()
    return 2 * (some & others).total() / both if both else 0.0


def _moved(pairs: dict[int, int]) -> set[int]:
    """Return the places in the new text of those that changed their order: all outside the longest run that kept it."""
    places = [pairs[at] for at in sorted(pairs)]
    best: list[list[int]] = []
    for place in places:
        shorter: list[list[int]] = [run for run in best if run[-1] < place]
        longest: list[int] = max(shorter, key=len, default=[])
        best.append([*longest, place])
    kept: list[int] = max(best, key=len, default=[])
    return set(places) - set(kept)


def _place(at: int, pairs: dict[int, int], moved: set[int]) -> int:
    """Return before which section of the new text a removed one is shown: after what stood before it."""
    stays = [pairs[other] for other in range(at - 1, -1, -1) if other in pairs and pairs[other] not in moved]
    return stays[0] + 1 if stays else 0


def _whole(one: Section, kind: str) -> Difference:
    passages = [Passage(block.tag, kind, [Run(kind, " ".join(block.words))]) for block in one.blocks]
    return Difference(one.id, one.id, [Run(kind, " ".join(one.heading))] if one.heading else [], kind, False, passages)


def _differ(old: Section, new: Section, moved: bool) -> Difference:
    heading, passages = differ(old.heading, new.heading), list(_passages(old.blocks, new.blocks))
    same = old.heading == new.heading and old.blocks == new.blocks
    return Difference(new.id, old.id, heading, SAME if same else CHANGED, moved, passages)


def _passages(old: list[Block], new: list[Block]) -> Iterator[Passage]:
    """Yield the blocks of a section: those that stayed, and between them what was replaced, each beside its like."""
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            yield from (Passage(one.tag, SAME, [Run(KEEP, " ".join(one.words))]) for one in new[c:d])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: list[Block], new: list[Block]) -> Iterator[Passage]:
    counted = [Counter(one.words) for one in old]
    begin = 0
    for one in new:
        words = Counter(one.words)
        like = next((at for at in range(begin, len(old)) if _share(counted[at], words) >= ALIKE), None)
        if like is None:
            yield Passage(one.tag, ADDED, [Run(ADDED, " ".join(one.words))])
            continue
        yield from (Passage(gone.tag, REMOVED, [Run(REMOVED, " ".join(gone.words))]) for gone in old[begin:like])
        yield Passage(one.tag, CHANGED, differ(old[like].words, one.words))
        begin = like + 1
    yield from (Passage(gone.tag, REMOVED, [Run(REMOVED, " ".join(gone.words))]) for gone in old[begin:])
