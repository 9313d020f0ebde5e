"""The draft as TOML, with what is unsure as comments beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from portal.sources.sql.draft import guess
from portal.sources.sql.draft.choices import Suggestion, suggestions
from portal.sources.sql.draft.entries import Entry
from portal.sources.sql.draft.persons import births, key_of
from portal.sources.sql.draft.proposals import Proposal, order_by, proposals
from portal.sources.sql.schema import LiveColumn

COMMENT = "# "  # before what only has to be uncommented
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = """\
# A first manifest, drafted from the live schema by names and types alone. Nothing in it is certain: settle each
# "unsure", give title, from, purposes and retention for people to read, then run `portal sources check` and rehearse
# an erasure with `portal try {id} --email …`. docs/manifest.md tells every key.
"""


def written(name: str, variable: str, entries: list[Entry], left_out: Mapping[str, str]) -> str:
    """Return the whole draft."""
    parts = [_HEAD.format(id=name), _section("source", {"id": name, "url": f"env:{variable}"}), _subject(entries[0])]
    parts += [_table(entry, entries) for entry in entries]
    if suggested := list(suggestions(entries)):
        parts.append(_preferences(suggested))
    if left_out:
        lines = (f"# {_said(table)}: {_said(why)}" for table, why in left_out.items())
        parts.append("# Left out:\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _section(header: str, values: Mapping[str, str], unsure: Iterable[str] = ()) -> str:
    lines = [f"[{header}]", *(_unsure(say) for say in unsure)]
    return "\n".join([*lines, *(f"{key} = {_text(value)}" for key, value in values.items())]) + "\n"


def _subject(entry: Entry) -> str:
    key, match = key_of(entry.live), ", ".join(f"{kind} = {_text(column)}" for kind, column in entry.match.items())
    lines = ["[subject]", *map(_unsure, entry.unsure), f"table = {_text(entry.name)}"]
    return "\n".join([*lines, f"key = {_listed(key)}", f"match = {{ {match} }}", *_born(entry)]) + "\n"


def _born(entry: Entry) -> Iterator[str]:
    """Yield the key for the date of birth; as a comment where the column holds any text, for 1.5.2013 is no date."""
    if not (found := births(entry.live)):
        return
    first, *others = found
    if others:
        yield _unsure(f"{', '.join(column.name for column in others)} looks like a date of birth too")
    if first.kind == "text":
        yield _unsure("born: are all of its dates written as 2013-05-01? Others are passed over, children among them")
    yield f"{'' if guess.is_declared_date(first) else COMMENT}born = {_text(first.name)}"


def _preferences(suggested: Iterable[Suggestion]) -> str:
    """Return the section as comments: whether a column is a choice, and which one, only the operator can say."""
    lines = [_unsure('are these choices of people? Take the "# " away from those, and call each as site.toml does')]
    return "\n".join([f"{COMMENT}[preferences]", *lines, *map(_suggested, suggested)]) + "\n"


def _suggested(one: Suggestion) -> str:
    values = ", ".join(f"{state} = {_scalar(value)}" for state, value in one.values.items())
    said = f"column = {_text(one.column)}" + (f", values = {{ {values} }}" if values else "")
    comment = f"  {_unsure(one.unsure)}" if one.unsure else ""
    return f"{COMMENT}{_text(one.name)} = {{ {said} }}{comment}"


def _table(entry: Entry, entries: list[Entry]) -> str:
    return "\n".join(_lines(entry, entries)) + "\n"


def _lines(entry: Entry, entries: list[Entry]) -> Iterator[str]:
    is_subject = entry is entries[0]
    yield f"[tables.{_key(entry.name)}]"
    yield from () if is_subject else map(_unsure, entry.unsure)
    if entry.name != entry.live.name:
        yield f"table = {_text(entry.live.name)}"
    if entry.parent and entry.by:
        yield f"link = {_text(_link(entry.parent, entry.by.columns, entry.by.to))}"
    elif not is_subject:
        yield "match = {{ {} }}".format(", ".join(f"{kind} = {_text(name)}" for kind, name in entry.match.items()))
    yield from _key_lines(entry)
    if time := "" if is_subject else order_by(entry):
        yield f"order_by = {_text(time)}"
    yield f"erase = {_text(entry.erase)}"
    yield from _columns(list(proposals(entry, entries)), births(entry.live)[:1] if is_subject else ())


def _key_lines(entry: Entry) -> Iterator[str]:
    if not entry.live.key and (key := key_of(entry.live)):
        yield f"key = {_listed(key)}"
    elif not entry.live.key:
        yield _unsure('no key tells its rows apart; write key = ["…"] if columns do')


def _link(parent: Entry, columns: Iterable[str], to: Iterable[str]) -> str:
    first, *rest = to
    return f"{', '.join(columns)} -> {', '.join([f'{parent.name}.{first}', *rest])}"


def _columns(proposed: list[Proposal], named: Iterable[LiveColumn]) -> Iterator[str]:
    """Yield what is said of columns; those `named` elsewhere in the file have to be listed."""
    said_of = {proposal.column for proposal in proposed if proposal.hidden or proposal.rule}
    yield from (f"columns.{_key(column.name)} = {{}}" for column in named if column.name not in said_of)
    for proposal in proposed:
        said = ["export = false"] * proposal.hidden + [f"erase = {_text(proposal.rule)}"] * bool(proposal.rule)
        if said:
            comment = f"  {_unsure(proposal.unsure)}" if proposal.unsure else ""
            yield f"columns.{_key(proposal.column)} = {{ {', '.join(said)} }}{comment}"
    if stays := ", ".join(proposal.column for proposal in proposed if proposal.stays):
        yield _unsure(f"as they are stay {stays}; does any of it say something of a person?")


def _unsure(say: str) -> str:
    return f"# unsure: {_said(say)}"


def _said(text: str) -> str:
    """Return words for a comment: one line, whatever signs a name has."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _listed(names: tuple[str, ...]) -> str:
    return _text(names[0]) if len(names) == 1 else "[" + ", ".join(map(_text, names)) + "]"


def _scalar(value: bool | int | str) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    """Return a TOML string, which is a JSON one but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
