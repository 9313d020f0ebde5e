"""What workers do for reports about children: who may be meant, holds, rulings, answers, the sweep, forgetting."""

from __future__ import annotations

from datetime import timedelta

from portal.cases.models import Case
from portal.children.models import ChildHold, ParenthoodCheck, Report, Ruling
from portal.children.service import (
    carrying,
    forgetting,
    matching,
    outcome,
    parenthood,
    reporting,
    sweep,
    triage,
)
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("child reports", Report)
def look_into(claim: Claim[Report]) -> None:
    """Find who may be meant, and hold."""
    matching.look_into(claim)


@work.every(timedelta(minutes=1))
def catch_up() -> None:
    """Take up what was proven in another way."""
    reporting.catch_up()


@work.every(timedelta(days=1))
def forget() -> None:
    """Erase what is the reporter's on its date."""
    forgetting.nightly()


@work.runner("decided child reports", Case, where=lambda: (Case.kind == "child") & (Case.state == "approved"))
def take_up(claim: Claim[Case]) -> None:
    """Begin what two of the staff decided."""
    carrying.take_up(claim)


@work.runner("child rulings", Ruling)
def watch(claim: Claim[Ruling]) -> None:
    """Look whether a ruling is carried out."""
    carrying.watch(claim)


@work.runner("child holds", ChildHold)
def untouched(claim: Claim[ChildHold]) -> None:
    """Give a hold that nobody looked at to an admin, or let it lapse."""
    triage.untouched(claim)


@work.runner("parenthood evidence", ParenthoodCheck)
def erase_evidence(claim: Claim[ParenthoodCheck]) -> None:
    """Erase what was shown."""
    parenthood.erase(claim)


@work.every(timedelta(minutes=10))
def answer_due() -> None:
    """Answer the reporters whose day has come."""
    outcome.answer_due()


@work.every(timedelta(days=1))
def find_young() -> None:
    """Open cases for the children's accounts that the systems know of."""
    sweep.nightly()
