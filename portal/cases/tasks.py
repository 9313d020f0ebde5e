"""What workers do for cases: messages, proofs, what stops a use, evidence, companies, and forgetting what is over."""

from __future__ import annotations

from datetime import timedelta

import structlog

from portal import config
from portal.cases.models import Attempt, Case, CaseMessage, Evidence, Lifting, Routing
from portal.cases.service import by_mail, digests, effects, evidence, forgetting, on_file, presence, routing, thread
from portal.kernel import work
from portal.kernel.work import Claim
from portal.notices.intake import arrivals, maildir

log = structlog.get_logger()


@work.runner("case messages", CaseMessage)
def deliver(claim: Claim[CaseMessage]) -> None:
    """Let a message out."""
    thread.deliver(claim)


@work.runner("companies asked", Routing)
def watch(claim: Claim[Routing]) -> None:
    """Remind a company, or note that its time is over."""
    routing.watch(claim)


@work.every(timedelta(minutes=1))
def route_new() -> None:
    """Ask the companies that decide about rows of whoever has made a request."""
    routing.route_new()


def _stopping() -> object:
    return (Case.kind << sorted(effects.KINDS)) & (Case.state << ["approved", "in_progress"])


@work.runner("stopped uses", Case, where=_stopping)
def stop(claim: Claim[Case]) -> None:
    """Carry out a restriction, an objection or a withdrawal."""
    effects.carry_out(claim)


@work.runner("uses that go on", Lifting)
def lift(claim: Claim[Lifting]) -> None:
    """End what was announced to end."""
    with claim.step():
        effects.lift(claim.row)


@work.every(timedelta(hours=6))
def file_ripe() -> None:
    """Let what rests on a lost mailbox or a meeting hold, once the seven days are over."""
    effects.file_ripe()


@work.runner("evidence", Evidence)
def erase(claim: Claim[Evidence]) -> None:
    """Delete a file that is needed no longer."""
    evidence.erase(claim)


@work.every(timedelta(hours=1))
def erase_strays() -> None:
    """Delete files of decided cases, files that never arrived whole, and files that no row names."""
    evidence.erase_strays()


@work.runner("case attempts", Attempt)
def look_into(claim: Claim[Attempt]) -> None:
    """Look into what was typed to show who asks."""
    on_file.look_into(claim)


@work.every(timedelta(hours=6))
def expire_unproven() -> None:
    """End what nobody ever proved."""
    forgetting.expire_unproven()


@work.every(timedelta(hours=6))
def forget_closed() -> None:
    """Erase what was written in requests that are long over."""
    forgetting.forget_closed()


@work.every(timedelta(hours=1))
def forget_attempts() -> None:
    """Remove codes that are over."""
    forgetting.forget_attempts()


@work.every(timedelta(hours=1))
def forget_presence() -> None:
    """Forget who was writing."""
    presence.forget_past()


@work.every(timedelta(days=1))
def tell_staff() -> None:
    """Tell staff what has come to a new part of its time."""
    digests.send()


@work.every(timedelta(minutes=1))
def take_in_mail() -> None:
    """Take in what the mail server delivered; a mail that fails stays, and holds up none behind it."""
    folder = config.active().intake
    for file in maildir.waiting(folder) if folder else ():
        try:
            outcome = by_mail.take_in(maildir.content(file))
        except Exception:
            log.exception("mail not taken in")
            continue
        file.unlink(missing_ok=True)
        log.info("mail taken in", outcome=outcome)


@work.every(timedelta(hours=6))
def forget_arrivals() -> None:
    """Forget which mails came in long ago."""
    arrivals.forget_past()
