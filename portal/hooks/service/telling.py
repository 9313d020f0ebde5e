"""Events as the rooms above tell of them, inside the transaction of what they are about: so none is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from portal.hooks.models import ENDED, NOBODY, WAITING, HookEndpoint, HookMessage, Told, tell, tell_each
from portal.hooks.service import kinds, people
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.sources.base import Person


def of_ledger(
    kind: str, record: str, event: int, purpose: str, source: str, sources: Sequence[str], **more: Any
) -> Told:
    """Return what an event of the ledger is told as; see `kinds` for what `more` holds.

    `record` is its number as a receipt has it, so the id of the message follows from the ledger. `source` names the one
    system that a choice is for, "" for all; `sources` are those it concerns, and no others are told.
    """
    name, channel = _parted(purpose)
    facts = {"purpose": name, "channel": channel, "source": source, **more, "event": event}
    about = f"{kind}:{purpose}"[:96]
    return Told(f"msg_{record.replace('-', '')}", kind, about, _json(facts), event, sources)


def changed(subject: int, events: Sequence[Told]) -> None:
    """Tell everybody who listens what changed for a person, in the transaction that changes it, in one statement."""
    if events:
        tell(subject, events)


def published(document: str, version: str, begins: date, changes: Sequence[str], url: str) -> None:
    """Tell everybody who listens that a version of a document was published, in the transaction that does."""
    facts = {"document": document, "version": version, "begins": begins.isoformat(), "changes": list(changes)}
    tell(None, [Told(_id(), kinds.POLICY, f"{document}:{version}"[:96], _json({**facts, "url": url}))])


def erased(persons: Mapping[str, Person], subject: int, *, system: str = "", table: str = "") -> None:
    """Tell everybody who listens that somebody was erased, in the transaction that ends it, before our own rows go.

    `persons` are the keys by which each system knew them. Who they were is written down here, encrypted, for nobody
    could look it up later; it goes once it was heard (`thinning`). `system` and `table` name a part that was erased.
    """
    scope = "table" if table else "system" if system else "account"
    facts = {"scope": scope, "system": system, "table": table}
    message = Told(_id(), kinds.ERASED, scope, _json(facts), 0, [system] if system else None)
    if not tell(None, [message]):
        return
    everywhere = people.hashed(subject)
    for row in (
        HookMessage.select(HookMessage, HookEndpoint).join(HookEndpoint).where(HookMessage.message == message[0])
    ):
        source = row.endpoint.source
        named = people.by_key(source, persons[source].keys if source in persons else ()) if source else everywhere
        gone = {} if named else {"state": NOBODY, "due_at": None}
        HookMessage.update(people=_json(named), **gone).where(HookMessage.id == row.id).execute()


def again(source: str, events: Sequence[tuple[int, Told]]) -> None:
    """Tell one system again what holds for people, because it was found to say otherwise; joins a transaction."""
    if events:
        tell_each([(subject, told._replace(message=_id(), sources=[source])) for subject, told in events])


def test(endpoint: HookEndpoint) -> HookMessage:
    """Write a test event for one endpoint; it is sent even where the endpoint is paused."""
    with atomic():
        now = clock.now()
        made: HookMessage = HookMessage.create(
            endpoint=endpoint, message=_id(), kind=kinds.TEST, state=WAITING, at=now, give_up_at=now
        )
    return made


def listeners() -> set[str]:
    """Return the systems that listen, whether or not they answer at the moment."""
    rows = HookEndpoint.select(HookEndpoint.source).where(HookEndpoint.source != "", HookEndpoint.state != ENDED)
    return {row.source for row in rows}


def _parted(purpose: str) -> tuple[str, str | None]:
    """Return purpose and channel as the API names them: marketing.events by email."""
    head, _, last = purpose.rpartition(".")
    return (head, last) if head and people.is_channel(last) else (purpose, None)


def _id() -> str:
    return f"msg_{uuid4().hex}"


def _json(facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=_moment)


def _moment(value: datetime) -> str:
    return value.isoformat()
