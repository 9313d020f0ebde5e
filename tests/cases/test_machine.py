"""Whatever person, agent, staff and worker do in whatever order: no move leaves the table, no proof is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.accounts.models import Account
from portal.cases.kinds import KINDS
from portal.cases.models import Attempt, Case, CaseEvent, Decision, Verification
from portal.cases.service import (
    FINAL,
    MOVES,
    agents,
    ask_review,
    attempts,
    by_reference,
    cancel,
    codes,
    deciding,
    file_publicly,
    forgetting,
    identity,
    move,
    reopen,
    thread,
)
from portal.cases.service.asking import Wish
from portal.cases.words import EVENTS, INSIDE
from portal.kernel import clock, limits
from portal.kernel.problems import Problem
from tests.conftest import Portal

PUBLIC = [kind.id for kind in KINDS.values() if kind.public]
STAFF = st.integers(1, 3)
CODE = "314159"


class Request(RuleBasedStateMachine):
    """One request by the public form, and everybody who may do something with it."""

    @initialize(kind=st.sampled_from(PUBLIC), acting=st.sampled_from(["self", "agent", "relative"]))
    def ask(self, kind: str, acting: str) -> None:
        limits.Tally.delete().execute()
        self.days = 0
        other = "" if acting == "self" else "lan@example.com"
        self.case = file_publicly(Wish(kind, acting=acting, other=other), "nam@example.com", "10.0.0.1", "en")
        self.state = self.now().state

    def now(self) -> Case:
        return by_reference(self.case.reference)

    def tried(self, deed: Callable[[Case], object]) -> None:
        with clock.later(timedelta(days=self.days)), suppress(Problem):
            deed(self.now())

    @rule()
    def send_code(self) -> None:
        self.tried(codes.send)

    @rule()
    def enter_code(self) -> None:
        row = attempts.newest(self.case, attempts.CODE)
        if row is not None:
            Attempt.update(code_hash=codes._hash(row, CODE)).where(Attempt.id == row.id).execute()
        self.tried(lambda case: codes.enter(case, CODE))

    @rule(answer=st.sampled_from(["confirm", "refuse", "stop"]))
    def answer_link(self, answer: str) -> None:
        for row in Attempt.select().where(Attempt.case == self.case.id, Attempt.way << [attempts.AGENT, attempts.TOLD]):
            self.tried(partial(self.answered, answer, row))

    def answered(self, answer: str, row: Attempt, case: Case) -> None:
        getattr(agents, answer)(row)

    @rule()
    def ask_the_person_again(self) -> None:
        limits.Tally.delete().execute()
        if self.now().acting == "agent":
            self.tried(lambda case: agents.ask(case, "lan@example.com"))

    @rule()
    def confirm_session(self) -> None:
        self.tried(codes.confirm)

    @rule(staff=STAFF, outcome=st.sampled_from([deciding.FULFIL, deciding.PART, deciding.REFUSE]))
    def propose(self, staff: int, outcome: str) -> None:
        self.tried(lambda case: deciding.propose(case, staff, outcome, "other", "So it is."))

    @rule(staff=STAFF)
    def agree(self, staff: int) -> None:
        row = deciding.proposal(self.case)
        if row is not None:
            self.tried(lambda case: deciding.agree(case, staff, row.id))

    @rule(deed=st.sampled_from([cancel, reopen, ask_review]))
    def person(self, deed: Callable[[Case], None]) -> None:
        self.tried(deed)

    @rule()
    def say(self) -> None:
        self.tried(lambda case: thread.say(case, "person", "And?"))

    @rule(to=st.sampled_from(["in_progress", "fulfilled", "revoked", "denied"]))
    def room(self, to: str) -> None:
        if self.now().state in ("approved", "in_progress"):
            event = {"in_progress": "download started", "fulfilled": "download ready"}.get(to, "download stopped")
            self.tried(lambda case: move(case, to, event, "worker"))

    @rule(days=st.integers(1, 20))
    def let_days_pass(self, days: int) -> None:
        self.days += days
        self.tried(lambda case: forgetting.expire_unproven())

    @invariant()
    def stays_in_the_table(self) -> None:
        if not hasattr(self, "state"):
            return
        case = self.now()
        assert case.state == self.state or case.state in self.reachable(), f"{self.state} became {case.state}"
        assert (case.closed_at is not None) == (case.state in FINAL)
        self.state = case.state

    def reachable(self) -> set[str]:
        """Return where one move leads; somebody who confirms or refuses may move it only once, too."""
        return set(MOVES[self.state])

    @invariant()
    def no_proof_is_there_twice_and_nothing_goes_on_without_one(self) -> None:
        if not hasattr(self, "state"):
            return
        shown = Counter(row.method for row in Verification.select().where(Verification.case == self.case.id))
        assert all(times == 1 for times in shown.values()), shown
        case = self.now()
        refused = deciding.last(case)
        if case.state in ("approved", "in_progress", "fulfilled") and refused and refused.outcome != deciding.REFUSE:
            with clock.later(timedelta(days=self.days)):  # a proof counts from the day on which it was given
                assert identity.proof(case) >= KINDS[case.kind].needs

    @invariant()
    def every_event_has_its_sentence(self) -> None:
        names = {event.name for event in CaseEvent.select(CaseEvent.name).distinct()}
        assert names <= EVENTS.keys() | INSIDE

    def teardown(self) -> None:
        for model in (Attempt, Decision, Verification, CaseEvent):
            model.delete().execute()
        from portal.cases.models import CaseMessage
        from portal.notices.models import Message

        CaseMessage.delete().execute()
        Case.delete().execute()
        Message.delete().execute()
        assert Account.select().count() < 10


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_no_order_of_moves_leaves_the_table(portal: Portal) -> None:
    quiet = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Request, settings=quiet)
