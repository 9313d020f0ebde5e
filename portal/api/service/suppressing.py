"""Who must be left out: a line a person, brought up to date from the standings whenever somebody reads.

A number is given to each change by one process at a time, so whoever has read up to a number has missed nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from portal.api.models import Followed, KeptSuppression, lines, lines_of, put, put_kept
from portal.api.service import pages
from portal.consents import service as consents
from portal.consents.service import asking
from portal.kernel import clock, db
from portal.kernel.db import ROWS, atomic
from portal.subjects import naming
from portal.subjects.naming import hashed

CURSOR = "suppressions"
NOW = "now"
_CHUNK = 2_000  # lines that go out together
_OVERLAP = timedelta(minutes=1)  # longer than any transaction lasts

Stood = list[tuple[int, Any]]  # subject and choices


def stream() -> Iterator[bytes]:
    """Yield the line of everybody who must be left out of something, then one with the cursor to go on from."""
    head = catch_up()
    after = 0
    try:
        while found := lines(after, _CHUNK):
            yield "\n".join([line for _, line in found]).encode() + b"\n"
            after = found[-1][0]
        yield json.dumps({"cursor": pages.cursor(CURSOR, max(head, after))}).encode() + b"\n"
    finally:
        db.release()  # the request's own end came before


def changes(cursor: str | None, limit: int) -> dict[str, Any]:
    """Return what changed behind a cursor, the cursor behind that, and whether there is more; raises BadCursor."""
    head = catch_up()
    if cursor == NOW:
        return {"changes": [], "next": pages.cursor(CURSOR, head), "more": False}
    after = pages.opened(CURSOR, cursor)
    found = lines(after, limit + 1, changes=True)
    page = found[:limit]
    behind = page[-1][0] if page else after
    told = [json.loads(line) for _, line in page]
    return {"changes": told, "next": pages.cursor(CURSOR, behind), "more": len(found) > limit}


def catch_up() -> int:
    """Follow the standings to the newest event, and everybody's names; return the last number that was given."""
    consents.welcome_newcomers()  # who has come has a line of their own
    while _follow_some() or _follow_kept():
        pass
    began, since = clock.now(), _state().at
    for some in _portions(naming.proven_since(since - _OVERLAP)):
        stood = [(subject, consents.stored(subject)) for subject in some]
        _write(_state(), [one for one in stood if one[1]])  # who never chose has nothing to be told of
    if began - since > _OVERLAP:
        Followed.update(at=began).where(Followed.at == since).execute()
    return int(_state().number)


def _follow_some() -> bool:
    """Follow some events, in a transaction of bounded length; tell whether there was anything to follow."""
    state = _state()
    until = consents.newest_event(state.event)
    found = consents.changed(state.event, until, ROWS // 5)
    if not found:
        return False
    _write(state, [(subject, choices) for subject, choices, _ in found], event=found[-1][2])
    return True


def _follow_kept() -> bool:
    """Follow what is remembered of addresses without an account; tell whether there was anything to follow."""
    state, kept = _state(), consents.not_followed(ROWS)
    if not kept.ids:
        return False
    said = [(told, json.dumps({"people": [told], "no": names})) for told, names in kept.refused.items() if names]
    with atomic():
        mine = (Followed.id == state.id) & (Followed.event == state.event) & (Followed.number == state.number)
        if Followed.update(number=state.number + len(said)).where(mine).execute():
            gone = [told for told, names in kept.refused.items() if not names]
            KeptSuppression.delete().where(KeptSuppression.told << gone).execute()
            if said:
                put_kept([(told, state.number + place, line) for place, (told, line) in enumerate(said, 1)])
            consents.followed(kept)
    return True


def _write(state: Followed, stood: Stood, event: int | None = None) -> None:
    """Write the lines that changed, unless somebody else was quicker: then they are looked at anew."""
    made = list(_lines(stood))
    with atomic():
        mine = (Followed.id == state.id) & (Followed.event == state.event) & (Followed.number == state.number)
        before = lines_of([subject for subject, _, _ in made])
        new = [one for one in made if one[2] != before.get(one[0])]
        moved = {"event": event or state.event, "number": state.number + len(new)}
        if Followed.update(moved).where(mine).execute() and new:
            put([(subject, state.number + place, is_no, line) for place, (subject, is_no, line) in enumerate(new, 1)])


def _lines(stood: Stood) -> Iterator[tuple[int, bool, str]]:
    names = naming.names([subject for subject, _ in stood])
    for subject, choices in stood:
        refused = asking.refused(asking.document(choices))
        people = sorted(hashed(name) for name in names[subject])
        yield subject, bool(refused), json.dumps({"people": people, "no": refused})


def _portions(subjects: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(subjects)
    for begin in range(0, len(every), ROWS // 5):
        yield every[begin : begin + ROWS // 5]


def _state() -> Followed:
    found = Followed.get_or_none()
    if found is None:
        with atomic():
            Followed.insert(id=1, event=0, number=0, at=clock.now()).on_conflict_ignore().execute()
        found = Followed.get()
    return found
