"""Files that somebody sends to show something: made harmless, kept encrypted until the decision, then deleted.

Each has a key of its own in its row: when the row goes, with a decision or with the account, nobody can read the file
any more, and the chore that takes it out of the store may come later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache

from portal import config
from portal.cases.cleaning import Clean
from portal.cases.cleaning.taking import LARGEST as LARGEST
from portal.cases.cleaning.taking import MOST as MOST
from portal.cases.cleaning.taking import checked as checked
from portal.cases.cleaning.taking import shown as shown
from portal.cases.models import Case, Evidence
from portal.cases.service.states import FINAL
from portal.kernel import audit, clock, crypto, failpoints, tokens
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.kernel.storage import Store, open_store
from portal.kernel.work import Claim, wake_table

FOLDER = "evidence/"
ARRIVES = timedelta(hours=1)  # what has not arrived whole by then never will

audit.declare("cases.evidence_shown", "reference", "number")


def keep(case: Case, files: Sequence[tuple[str, Clean]]) -> None:
    """Keep files that were checked; the row comes first, so that no file can lie in the store unknown."""
    for name, made in files:
        row = Evidence.create(
            case=case,
            name=name,
            media_type=made.media_type,
            size=len(made.data),
            file=f"{FOLDER}{tokens.new_token()}",
            key=crypto.new_key(),
            due_at=None,
        )
        failpoints.point("evidence: before write")
        store().write(row.file, crypto.sealed(row.key, [made.data]))
        failpoints.point("evidence: after write")
        Evidence.update(state="kept").where(Evidence.id == row.id).execute()


def of(case: Case) -> list[Evidence]:
    """Return the files of a case that can be looked at."""
    return list(Evidence.select().where(Evidence.case == case.id, Evidence.state == "kept").order_by(Evidence.id))


def count(case: Case) -> int:
    """Return how many files a case has."""
    return int(Evidence.select().where(Evidence.case == case.id, Evidence.state != "to go").count())


def hand_out(case: Case, number: int, actor: str) -> tuple[Evidence, Iterator[bytes]]:
    """Return a file of a case and its content, and log who looked at it; NotFound where it is not, or no more."""
    row = Evidence.get_or_none(Evidence.id == number, Evidence.case == case.id, Evidence.state == "kept")
    if row is None:
        raise NotFound
    with atomic():
        audit.record(
            "cases.evidence_shown", subject=case.subject_id, actor=actor, reference=case.reference, number=number
        )
    return row, crypto.unsealed(row.key, store().read(row.file))


def drop(case: Case, number: int) -> None:
    """Let one file go, for whoever sent it wants it so."""
    _let_go((Evidence.id == number) & (Evidence.case == case.id))


def let_go(case: Case) -> None:
    """Let the files of a case go, in the transaction that decides it."""
    _let_go(Evidence.case == case.id)


def _let_go(which: object) -> None:
    if Evidence.update(state="to go", due_at=clock.now()).where(which).execute():
        wake_table(Evidence)


def erase(claim: Claim[Evidence]) -> None:
    """Delete a file, then its row: whoever dies in between does it again."""
    failpoints.point("evidence: before delete")
    store().delete(claim.row.file)
    failpoints.point("evidence: after delete")
    with claim.step():
        Evidence.delete().where(Evidence.id == claim.row.id).execute()


def erase_strays() -> None:
    """Let go of what was missed: files of closed cases, what never arrived whole, and what no row names."""
    closed = Case.select(Case.id).where(Case.state << sorted(FINAL))
    late = (Evidence.state == "arriving") & (Evidence.at < clock.now() - ARRIVES)
    _let_go((Evidence.state != "to go") & (Evidence.case.in_(closed) | late))
    for name in list(store().names(FOLDER)):
        if not Evidence.select().where(Evidence.file == name).exists():
            store().delete(name)


def store() -> Store:
    """Return where the files lie: the store of the archives."""
    return _opened(config.active().archives_url)


@lru_cache(maxsize=4)
def _opened(url: str) -> Store:
    return open_store(url)
