"""What workers do for downloads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import peewee

from portal.cases.models import Case
from portal.download import making, service
from portal.download.models import Download
from portal.kernel import work
from portal.kernel.work import Claim


@work.runner("downloads", Download)
def carry_out(claim: Claim[Download]) -> None:
    """Make an archive, or erase one."""
    making.carry_out(claim)


def _approved() -> Any:
    return (Case.kind == service.KIND) & (Case.state == "approved") & service.ready()


@work.runner("approved downloads", Case, where=_approved)
def start(claim: Claim[Case]) -> None:
    """Begin a download that was approved elsewhere; while the person has one under way, it waits."""
    try:
        with claim.step():
            service.start_approved(claim.row)
    except peewee.IntegrityError:
        claim.later(600)


@work.every(timedelta(days=1))
def erase_strays() -> None:
    """Erase files that belong to no download."""
    service.erase_strays()
