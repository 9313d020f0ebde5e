"""Keys of programs: made once and shown once, limited to scopes, counted, disabled at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import peewee

from portal.api.models import ApiKey
from portal.api.service.callers import Program
from portal.kernel import audit, clock, tokens
from portal.kernel.db import atomic, moment, run
from portal.kernel.problems import N_, NotFound, Problem

SCOPES = {
    "ages:read": "check ages at sign-up",
    "choices:write": "record choices that people make inside an app",
    "handoffs:write": "hand people over to the portal's pages in a webview",
    "location:write": "report what a phone says about location, and ask which points may be taken in",
    "mail:write": "make unsubscribe addresses for mails",
    "may:read": "ask whether something may be done with somebody's data",
    "people:read": "read choices, restriction, holds and policy state of a person",
    "requests:read": "list the requests of a person",
    "suppressions:read": "read who must be left out, as keyed hashes",
}
VOUCHES = "vouches:"  # and the name of a system: whose account there somebody has, the program says and is believed
_VOUCHES = re.compile(VOUCHES + r"[a-z0-9][a-z0-9_-]{0,63}")
RATE = 60_000  # calls a minute
PREFIX = "pak_"  # so that a key that was published by mistake is found by whoever scans for keys
_SEEN_EVERY = timedelta(minutes=1)
_OF_KEY = "SELECT id, name, scopes, rate, used_at FROM api_keys WHERE digest = ? AND disabled_at IS NULL"

audit.declare("api.key_made", "key", "scopes")
audit.declare("api.key_disabled", "key")


class BadKey(Problem):
    """A name that is taken or empty, a scope that does not exist, none at all, or a rate below one."""

    status, code = 422, "bad-key"
    say = N_("A key needs a name of its own, known scopes, and at least one call a minute.")
    then = N_("Look at the list of scopes, and at the keys that there are.")


def add(name: str, scopes: Sequence[str], rate: int = RATE, actor: str = "operator") -> str:
    """Make a key; return it. It cannot be shown again, for only its digest is stored. Raises BadKey."""
    wanted = sorted(set(scopes))
    if not name.strip() or len(name) > 64 or not wanted or not all(map(_is_scope, wanted)) or rate < 1:
        raise BadKey
    token = PREFIX + tokens.new_token()
    try:
        with atomic():
            made = ApiKey.create(name=name.strip(), digest=tokens.digest(token), scopes=wanted, rate=rate)
            audit.record("api.key_made", actor=actor, key=made.id, scopes=wanted)
    except peewee.IntegrityError as error:
        raise BadKey from error
    return token


def _is_scope(wanted: str) -> bool:
    return wanted in SCOPES or _VOUCHES.fullmatch(wanted) is not None


def everything() -> list[ApiKey]:
    """Return all keys, also those that were disabled, by name."""
    return list(ApiKey.select().order_by(ApiKey.name))


def disable(name: str, actor: str = "operator") -> None:
    """Let a key open nothing any more, from the next call on; NotFound where there is no such key in use."""
    with atomic():
        found = ApiKey.get_or_none(ApiKey.name == name, ApiKey.disabled_at.is_null())
        if found is None:
            raise NotFound
        ApiKey.update(disabled_at=clock.now()).where(ApiKey.id == found.id).execute()
        audit.record("api.key_disabled", actor=actor, key=found.id)


def load(header: str) -> Program | None:
    """Return the program of an Authorization header; None where it brings no key, or none that opens."""
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.startswith(PREFIX):
        return None
    row = run(_OF_KEY, tokens.digest(token)).fetchone()
    if row is None:
        return None
    number, name, scopes, rate, used_at = row
    now = clock.now()
    if used_at is None or moment(used_at) < now - _SEEN_EVERY:
        ApiKey.update(used_at=now).where(ApiKey.id == number).execute()
    return Program.of(number, name, scopes, rate)
