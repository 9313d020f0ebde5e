"""What a [tables.…] section says of what stands in the way of a deletion, and of whom it touches besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, get_args

from portal.sources.manifest.model import Affects, BlockKind, Blocks, Text, Way
from portal.sources.manifest.reader import Reader

T = TypeVar("T")


def blocks(reader: Reader) -> tuple[Blocks, ...]:
    """Read one rule or several."""
    return _listed(reader, "blocks", _block)


def affects(reader: Reader) -> tuple[Affects, ...]:
    """Read who else is touched, by one rule or several."""
    return _listed(reader, "affects", _affected)


def _listed(reader: Reader, key: str, read: Callable[[Reader], T]) -> tuple[T, ...]:
    entries = reader.raw(key)
    if entries is None:
        return ()
    listed = entries if isinstance(entries, list) else [entries]
    return tuple(read(Reader(entry, reader.file, f"{reader.table}.{key}")) for entry in listed)


def _block(reader: Reader) -> Blocks:
    kind = reader.choice("kind", get_args(BlockKind))
    when, say = _condition(reader), _sentence(reader, "You have a booking on {starts_at}.")
    money = reader.inner("money") if reader.has("money") else None
    way_out, by, urls = reader.words("way_out"), "", dict[str, str]()
    if isinstance(reader.raw("url"), dict):
        choices = reader.inner("url")
        choices.need("by", 'Name the column: url = { by = "store", apple = "https://…" }.')
        by, urls = choices.string("by"), {name: _url(choices, name) for name in choices.keys() if name != "by"}
    url = _url(reader, "url") if reader.has("url") and not by else ""
    reader.done()
    sums = {name: money.string(name) for name in money.keys()} if money else {}
    return Blocks(kind, when, say, way_out, url, by, urls, sums)


def _affected(reader: Reader) -> Affects:
    reader.need("table", 'Name the table whose rows are counted: table = "guests_on_my_bookings".')
    found = Affects(
        reader.string("table"),
        _condition(reader),
        _sentence(reader, "{people} guests are invited to your bookings."),
        reader.choice("then", get_args(Way), "notice"),
    )
    reader.done()
    return found


def _condition(reader: Reader) -> str:
    when = reader.string("when")
    if not when or ";" in when or "\0" in when:
        raise reader.problem(
            "when", "is no condition", "Write one SQL condition on the table's own columns, with :now."
        )
    return when


def _sentence(reader: Reader, example: str) -> Text:
    say = reader.words("say")
    if say is None:
        raise reader.problem("say", "is missing", f'Write say = "{example}"')
    return say


def _url(reader: Reader, key: str) -> str:
    url = reader.string(key)
    if not url.startswith(("https://", "http://", "mailto:", "/")):
        raise reader.problem(key, "is no address", f'Write {key} = "https://…".')
    return url
