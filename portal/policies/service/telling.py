"""What workers do with a version: tell everybody of it, let it begin on its day, stop what nobody agreed to.

One row is one piece of work. Each turn does a bounded part of it, writes down how far it came, and leaves the row due;
so whatever is killed, another worker goes on from there, and only one at a time works for one version.
"""

from __future__ import annotations

from portal import config
from portal.accounts import service as accounts
from portal.kernel import clock, failpoints
from portal.kernel.db import atomic
from portal.kernel.problems import N_
from portal.kernel.work import Claim
from portal.notices import mailing, messages, quiet
from portal.policies.models import RETIRED, SCHEDULED, PolicyVersion
from portal.policies.service import answering, states
from portal.policies.service.publishing import mailing_of, name
from portal.subjects import service as subjects

BATCH = 200  # people a turn; the rows of so many are written in one transaction, which is under 50 ms
TITLES = {"privacy": N_("Privacy policy"), "terms": N_("Terms of Service"), "cookies": N_("Cookies")}
ADDRESSES = {"privacy": "/privacy-policy", "terms": "/terms", "cookies": "/cookies"}
STOPPED = "A new version has begun that this person has not accepted."  # in the ledger, beside each such event


def audience() -> int:
    """Return how many people would be told: by e-mail and in the inbox, or there alone."""
    return accounts.readers()


def told_as(document: str, version: str, account: int) -> str:
    """Return the cause of the message that tells an account of a version."""
    return f"{mailing_of(document, version)}:{account}"


def carry_on(claim: Claim[PolicyVersion]) -> None:
    """Do the next part of what is due for a version."""
    version = claim.row
    if version.state == SCHEDULED and version.begins <= clock.today():
        _begin(claim)
    elif version.told_at is None and version.state != RETIRED:
        _tell(claim)
    elif version.state == SCHEDULED:
        claim.done(due_at=clock.beginning(version.begins))
    elif version.changes and version.asks and version.stopped_at is None and version.state != RETIRED:
        _stop(claim)
    else:
        claim.done()


def _begin(claim: Claim[PolicyVersion]) -> None:
    failpoints.point("policies: before begin")
    with claim.step(attempts=0):
        states.settle(claim.row.document, clock.today(), "worker")
    answering.look_anew()


def _tell(claim: Claim[PolicyVersion]) -> None:
    """Send what waits; when nothing does, write messages for the next people, and be done after the last."""
    version, called = claim.row, name(claim.row)
    if until := quiet.morning():
        claim.done(due_at=until)
        return
    if mailing.send(claim, called, BATCH):
        return
    last, readers = accounts.readers_after(version.told_up_to, BATCH)
    if last is None:
        with claim.step(told_at=clock.now(), attempts=0):
            pass
        return
    with claim.step(told_up_to=last, told=version.told + len(readers), attempts=0):
        messages.policy_changes(readers, called, called, TITLES[version.document], version.begins, **_links(version))


def tell_newcomers() -> None:
    """Lay what is to come into the inbox of the next accounts that were made after everybody was told of it."""
    told = PolicyVersion.asks & PolicyVersion.told_at.is_null(False) & (PolicyVersion.state == SCHEDULED)
    for version in PolicyVersion.select().where(told):
        last, readers = accounts.readers_after(version.told_up_to, BATCH)
        if last is None:
            continue
        with atomic():
            mine = (PolicyVersion.id == version.id) & (PolicyVersion.told_up_to == version.told_up_to)
            if PolicyVersion.update(told_up_to=last).where(mine).execute():
                title, called = TITLES[version.document], name(version)
                messages.policy_noted(readers, called, title, version.begins, **_links(version))


def _links(version: PolicyVersion) -> dict[str, str]:
    address = config.site().base_url + ADDRESSES[version.document]
    return {"url": f"{address}/answer", "compare_url": f"{address}/compare?to={version.version}"}


def _stop(claim: Claim[PolicyVersion]) -> None:
    version, language = claim.row, config.site().languages[0]
    people, covered = subjects.after(version.stopped_up_to, BATCH), answering.covering(version)
    for subject_id in people:
        answering.stop(subject_id, version, covered, STOPPED, language)
        claim.beat()
    done = {"stopped_up_to": people[-1]} if people else {"stopped_at": clock.now()}
    with claim.step(**done, attempts=0):
        pass
