"""What a name and a type say of a column or table. Each is a guess: the draft says so, and an operator decides."""

from __future__ import annotations

import re

from portal.sources.sql.schema import LiveColumn, LiveTable

TELLING = ("text", "json", "bytes", "other", "text[]")
SHORT = 12  # characters; a text that is never longer holds a word of a list, not words of a person
_EMAIL = re.compile(r"(e_?mail|(^|_)mail)(_addr(ess)?)?$")
_PHONE = re.compile(r"(phone|(^|_)(tel|mobile|cell|msisdn|whatsapp))(_?(number|no|nr))?$")
_SECRET = re.compile(r"passw|pwd|passphrase|secret|token|api_?key|private_key|credential")
_SECRETS = {"otp", "pin", "salt", "hash", "digest", "mfa", "totp", "recovery"}
_TIMES = {"at", "on", "date", "time", "timestamp", "datetime", "since"}
_BIRTH = {"birth", "birthday", "birthdate", "dob", "born"}
_BESIDE_BIRTH = {"at", "date", "day", "dt", "of", "on"}  # what a date of birth may be called with; a place of birth not
_SETTINGS = {
    "active", "category", "channel", "consent", "country", "currency", "direction", "enabled", "kind", "lang",
    "language", "level", "locale", "marketing", "method", "mime", "mode", "newsletter", "notification", "notifications",
    "notify", "opt", "plan", "platform", "provider", "role", "state", "status", "theme", "timezone", "type", "tz",
    "version", "visibility",
}  # fmt: skip
_REFERENCES = {"code", "no", "number", "ref", "reference", "sku", "slug"}
_MONEY = {"billing", "contract", "invoice", "ledger", "order", "payment", "receipt", "refund", "transaction"}
_MAILINGS = {"bounce", "mailing", "newsletter", "subscriber", "subscription", "suppression", "unsubscribe"}
_PERSONS = {
    "account", "client", "contact", "customer", "employee", "guest", "member", "patient", "people", "person", "profile",
    "student", "subscriber", "user",
}  # fmt: skip
_BIRTH_WORDS = _BIRTH | _BESIDE_BIRTH | _PERSONS
_PREFIXES = {"t", "tab", "tbl"}
_ACTED = {"agent", "approver", "assigned", "assignee", "creator", "editor", "manager", "moderator", "reviewer"}


def words(name: str) -> list[str]:
    """Return the words of a name: `createdAt` and `created_at` are the same two."""
    return [word for word in re.split(r"[\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()) if word]


def singular(name: str) -> str:
    """Return a table's name for one of its rows: `companies` holds a `company`, `tblCompanies` too."""
    first, *rest = words(name) or [""]
    small = "_".join(rest if rest and first in _PREFIXES else [first, *rest])
    if small.endswith("ies"):
        return small[:-3] + "y"
    return small[:-2] if small.endswith("sses") else small.removesuffix("s")


def is_email(table: LiveTable, column: LiveColumn) -> bool:
    """Guess whether a column holds an e-mail address; in a table of mailings `address` is one."""
    if column.kind != "text" or is_secret(column):
        return False
    named = "_".join(words(column.name))
    return bool(_EMAIL.search(named)) or (named == "address" and bool(_rows_of(table) & _MAILINGS))


def is_phone(column: LiveColumn) -> bool:
    """Guess whether a column holds a phone number."""
    return column.kind == "text" and not is_secret(column) and bool(_PHONE.search("_".join(words(column.name))))


def is_secret(column: LiveColumn) -> bool:
    """Guess whether a column opens doors, so that no copy should hold it."""
    return bool(_SECRETS & set(words(column.name)) or _SECRET.search("_".join(words(column.name))))


def is_time(column: LiveColumn) -> bool:
    """Guess whether a column says when a row came about; a birthday does not."""
    said = words(column.name)
    if column.kind not in ("datetime", "date", "text") or is_birthday(column):
        return False
    return column.kind != "text" or is_declared_date(column) or (bool(said) and said[-1] in _TIMES)


def is_declared_date(column: LiveColumn) -> bool:
    """Tell whether a type is that of a day or a moment; SQLite keeps such a column as text or whatever is put in."""
    return column.kind in ("date", "datetime") or column.type.casefold().startswith(("date", "timestamp"))


def is_birthday(column: LiveColumn) -> bool:
    """Guess whether a column says when somebody was born."""
    return bool(_BIRTH & set(words(column.name)))


def is_date_of_birth(column: LiveColumn) -> bool:
    """Guess whether a column holds the whole date on which the person of the row was born."""
    said = set(words(column.name))
    return column.kind in ("date", "datetime", "text") and bool(said & _BIRTH) and said <= _BIRTH_WORDS


def is_setting(column: LiveColumn) -> bool:
    """Guess whether a column holds a word of a list, which a row needs and which names nobody."""
    limit = length(column)
    listed = column.type.casefold().startswith(("enum", "set("))
    return (
        listed or column.preset or bool(_SETTINGS & set(words(column.name))) or (limit is not None and limit <= SHORT)
    )


def is_reference(column: LiveColumn) -> bool:
    """Guess whether a column holds the number of a document."""
    return bool(_REFERENCES & set(words(column.name)))


def is_of_money(table: LiveTable) -> bool:
    """Guess whether accounting law may ask for a table's rows."""
    return bool(_MONEY & _rows_of(table))


def is_of_persons(table: LiveTable) -> bool:
    """Guess whether the rows of a table are persons."""
    return bool(_PERSONS & {singular(table.name)} or _PERSONS & set(words(singular(table.name))[-1:]))


def merely_acted(columns: tuple[str, ...]) -> bool:
    """Guess whether a reference names who did something with a row, not whose the row is."""
    said = [word for column in columns for word in words(column)]
    return bool(_ACTED & set(said)) or "by" in said[1:]


def length(column: LiveColumn) -> int | None:
    """Return how many characters a column takes, None where its type does not say."""
    found = re.search(r"char\w*\s*(?:varying)?\s*\((\d+)\)", column.type, re.IGNORECASE)
    return int(found[1]) if found and column.kind == "text" else None


def _rows_of(table: LiveTable) -> set[str]:
    return {singular(word) for word in words(table.name)}
