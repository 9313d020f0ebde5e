"""What the demo systems hold, read without the code under test: by hand-written SQL and byte by byte."""

from __future__ import annotations

import base64
import quopri
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from portal.demo.world import World

_MINE = "SELECT count(*) FROM {0} WHERE {1} = :id"
_OF_BOOKING = "SELECT count(*) FROM booking_guests WHERE booking_id IN (SELECT id FROM bookings WHERE user_id = :id)"
_OF_CONTACT = "SELECT id FROM {0} WHERE contact_id = :id"
# One statement for every table of every manifest; :id is the person's number in that system, :email their address.
COUNTS = {
    "booking": {
        "users": "SELECT count(*) FROM users WHERE id = :id",
        "guests_on_my_bookings": _OF_BOOKING,
        "guest_visits": _MINE.format("booking_guests", "user_id"),
        "newsletter": "SELECT count(*) FROM newsletter WHERE lower(address) = :email",
        **{
            table: _MINE.format(table, "user_id")
            for table in ("devices", "visits", "bookings", "favourites", "reviews", "location_points", "payments")
        },
        "media_files": _MINE.format("media_files", "user_id"),
    },
    "crm": {
        "contacts": "SELECT count(*) FROM contacts WHERE id = :id",
        "companies": "SELECT count(*) FROM companies WHERE id = (SELECT company_id FROM contacts WHERE id = :id)",
        "messages": f"SELECT count(*) FROM messages WHERE conversation_id IN ({_OF_CONTACT.format('conversations')})",
        "invoice_lines": f"SELECT count(*) FROM invoice_lines WHERE invoice_id IN ({_OF_CONTACT.format('invoices')})",
        **{
            table: _MINE.format(table, "contact_id")
            for table in ("conversations", "contracts", "invoices", "campaign_sends")
        },
    },
    "whitelabel": {
        "members": "SELECT count(*) FROM members WHERE id = :id",
        **{
            table: _MINE.format(table, "member_id")
            for table in ("memberships", "check_ins", "door_events", "places", "posts", "receipts")
        },
    },
}


def counts(world: World, keys: dict[str, int], email: str) -> dict[tuple[str, str], int]:
    """Return how many rows each system holds of a person, by (system, table)."""
    found = {}
    for system, statements in COUNTS.items():
        with closing(sqlite3.connect(world.database(system))) as db:
            for table, statement in statements.items():
                (found[system, table],) = db.execute(statement, {"id": keys[system], "email": email}).fetchone()
    return found


def value(world: World, system: str, statement: str, *facts: object) -> object:
    """Return the one value that a statement finds in a system."""
    with closing(sqlite3.connect(world.database(system))) as db:
        found = db.execute(statement, facts).fetchone()
    return found[0] if found else None


def rows(world: World) -> dict[tuple[str, str], set[tuple[object, ...]]]:
    """Return every row of every table of the three systems."""
    found = {}
    for system in COUNTS:
        with closing(sqlite3.connect(world.database(system))) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                found[system, table] = set(db.execute(f'SELECT * FROM "{table}"'))
    return found


def forms(word: str) -> set[bytes]:
    """Return every way in which a word may lie in a file."""
    plain = word.encode()
    shifted = {base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)}
    written = {plain, quopri.encodestring(plain), quote(word).encode(), word.encode("unicode_escape")}
    return written | {word.encode("utf-16-le"), word.encode("utf-16-be")} | shifted


def sightings(folder: Path, word: str) -> Iterator[str]:
    """Yield each file below a folder in which a word lies in any form, also where mail wraps its lines."""
    for path in sorted(folder.rglob("*")):
        data = left_in(path)
        flat = data.replace(b"=\r\n", b"").replace(b"=\n", b"").replace(b"\n", b"")
        for form in forms(word):
            if form in data or form in flat:
                yield f"{path.relative_to(folder)}: {form!r}"


def left_in(path: Path) -> bytes:
    """Return what lies in a file; nothing where SQLite, closing a connection elsewhere, has just removed it."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""
