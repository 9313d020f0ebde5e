"""Companies that decide about rows of their own: asked with a date, answering without an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.cases import tasks
from portal.cases.models import Case, Routing
from portal.cases.service import by_reference, deciding, identity, open_case, routing
from portal.kernel import clock
from portal.kernel.problems import NotFound, NotNow
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import Member, member

HUB = "hanoi-loft"


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


@pytest.fixture
def case(mai: Member) -> Case:
    """A correction of Mai's, passed on to whoever decides about some of her rows."""
    opened = open_case("correction", mai.subject, approved=False)
    tasks.route_new()
    mai.portal.drain()
    return by_reference(opened.reference)


def row(case: Case, company: str = HUB) -> Routing:
    return next(one for one in routing.of(case) if one.controller == company)


def path(case: Case, company: str = HUB) -> str:
    return routing.address(case, company).removeprefix("http://localhost:8000")


def test_the_companies_that_decide_about_some_rows_are_asked_once_and_no_other(case: Case, portal: Portal) -> None:
    assert {one.controller for one in routing.of(case)} == {HUB, "saigon-works"}
    tasks.route_new()
    assert len(routing.of(case)) == 2
    asked = [mail for mail in portal.mails() if "privacy@" in mail["To"]]
    assert len(asked) == 2
    for mail in asked:
        assert case.reference in mail["Subject"]
        assert "mai.nguyen" not in mail["Subject"]


def test_who_has_no_rows_of_others_has_nobody_asked(portal: Portal) -> None:
    nobody = member(portal, "empty") if "empty" in portal.systems.cast else member(portal, "new@example.com")
    case = open_case("correction", nobody.subject, approved=False)
    tasks.route_new()
    assert routing.of(case) == []
    assert by_reference(case.reference).routed_at is not None


def test_a_company_answers_at_its_address_and_the_person_is_told(case: Case, portal: Portal) -> None:
    visitor = Browser(portal.app, "en")
    page = visitor.get(path(case))
    assert "mai.nguyen@example.com" in page.text
    assert "A correction" in page.text
    assert row(case).answered_at is None, "looking is not answering"
    answer = visitor.client.post(
        path(case), data={"answer": "done", "reason": ""}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303
    assert "We have done it" in visitor.get(path(case)).text
    portal.drain()
    assert "Something new is on the page of your request" in portal.last_mail()
    with pytest.raises(NotNow):
        routing.reply(row(case), "refused", "legal_duty", "No.")


@pytest.mark.parametrize("sent", [{}, {"answer": "refused"}, {"answer": "part", "words": "Half."}, {"answer": "x"}])
def test_an_answer_that_explains_nothing_is_asked_again_and_keeps_what_was_typed(
    case: Case, portal: Portal, sent: dict[str, str]
) -> None:
    client = portal.app.test_client()
    answer = client.post(path(case), data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    assert sent.get("words", "") in answer.text
    assert row(case).state == routing.ASKED


def test_a_refusal_has_its_reason(case: Case) -> None:
    with pytest.raises(deciding.ReasonMissing):
        routing.reply(row(case), "refused", "legal_duty", " ")
    routing.reply(row(case), "refused", "legal_duty", "Our books need it.")
    assert (row(case).answer, row(case).words) == ("refused", "Our books need it.")


def test_another_companys_or_a_made_up_address_is_none(case: Case, portal: Portal) -> None:
    secret = path(case).rsplit("/", 1)[1]
    client = portal.app.test_client()
    for wrong in (path(case, "saigon-works").rsplit("/", 1)[0] + "/" + secret, path(case)[:-1] + "x"):
        assert client.get(wrong).status_code == 404
    with pytest.raises(NotFound):
        routing.by_secret("R-2222-22", HUB, secret)


def test_a_company_is_reminded_halfway_and_its_silence_is_said(case: Case, portal: Portal) -> None:
    with clock.later(timedelta(days=4)):
        portal.drain()
    assert not [mail for mail in portal.mails() if "still waits" in mail["Subject"]]
    with clock.later(timedelta(days=7)):
        portal.drain()
    assert len([mail for mail in portal.mails() if "still waits" in mail["Subject"]]) == 2
    with clock.later(timedelta(days=12)):
        portal.drain()
        assert row(case).state == routing.SILENT
        routing.reply(row(case), "nothing")
    assert row(case).state == routing.ANSWERED


def test_a_silent_system_is_asked_again_before_anybody_is_passed_over(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.sources.http import HttpSource

    def down(self: HttpSource, *rest: object) -> None:
        raise self.unavailable("told to be down")

    opened = open_case("correction", mai.subject, approved=False)
    with monkeypatch.context() as broken:
        broken.setattr(HttpSource, "preview", down)
        tasks.route_new()
    assert by_reference(opened.reference).routed_at is None
    tasks.route_new()
    assert len(routing.of(opened)) == 2


def test_words_about_somebody_go_with_them_and_none_are_taken_after(case: Case, portal: Portal) -> None:
    from portal.sources import registry
    from portal.subjects import service as subjects

    routing.reply(row(case), "part", "legal_claim", "Mai owes us.")
    own = registry.active().get(registry.OWN)
    own.erase(subjects.person(case.subject_id, registry.OWN), "R-1")
    assert row(case).words is None
    left = by_reference(case.reference)
    assert "We have erased the person" in Browser(portal.app, "en").get(path(left, "saigon-works")).text
    routing.reply(row(left, "saigon-works"), "refused", "legal_duty", "Mai Nguyen owes us.")
    assert row(left, "saigon-works").words is None


def test_a_copy_and_a_question_are_passed_on_to_nobody_unasked(mai: Member) -> None:
    for kind in ("inquiry", "download"):
        opened = open_case(kind, mai.subject, approved=False)
        tasks.route_new()
        assert routing.of(opened) == []


def test_the_address_is_nowhere_in_the_tables(case: Case) -> None:
    secret = path(case).rsplit("/", 1)[1]
    assert re.fullmatch(r"[0-9a-f]{32}", secret)
    assert secret not in repr([list(model.select().dicts()) for model in (Case, Routing)])
    assert identity.proof(case) > 0
