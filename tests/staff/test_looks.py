"""Each look of the staff at a person's data has a reason and stands on the person's page, at the latest on a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.wrappers import Response

from portal.accounts.staff import looks, sessions
from portal.accounts.staff.looks import NotLater
from portal.accounts.staff.models import StaffAccount, StaffEmbargo, StaffLook
from portal.kernel import audit, clock
from portal.staff.views import looking
from portal.web import guards
from portal.web.errors import Refusal
from portal.web.htmx import show
from tests.conftest import Portal
from tests.people import Member, StaffMember, member, staff

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app_is_kept() -> bool:
    """No: this one gets pages that no other has."""
    return False


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday", found=False)


@pytest.fixture
def sam(portal: Portal) -> StaffMember:
    return staff(portal, "staff")


@pytest.fixture
def desk(portal: Portal, mai: Member) -> Portal:
    """A page of the staff that shows something of Mai, as desks will; the second one knows the request."""

    def view(reason: str = "") -> Response:
        ask = looking.at(mai.subject, "R-7F3K-Q2", reason)
        return (
            ask
            if ask is not None
            else show("errors/problem.html", problem=Refusal(422, "x", "A reason is missing.", ""))
        )

    mark = guards.staff("admin", "approver", "staff")
    portal.app.add_url_rule("/staff/try", "try", mark(lambda: view()))
    portal.app.add_url_rule("/staff/try-request", "try_request", mark(lambda: view("answering")))
    return portal


def session_of(who: StaffMember) -> sessions.SignedIn:
    cookie = who.browser.client.get_cookie("staff")
    found = sessions.signed_in(cookie.value if cookie else "")
    assert found
    return found


def activity(mai: Member) -> str:
    return mai.browser.get("/activity").text


def test_a_page_asks_for_a_reason_once_for_a_request_and_thirty_minutes(
    desk: Portal, mai: Member, sam: StaffMember
) -> None:
    page = sam.browser.get("/staff/try")
    assert page.h1 == "Why do you look at this person's data?"
    assert StaffLook.select().count() == 0
    page = page.form("Continue").send(reason="complaint", words="called us on Monday")
    assert page.path == "/staff/try"
    assert page.h1 == "A reason is missing", "the page of the desk is shown"
    sam.browser.get("/staff/try")
    assert StaffLook.select().count() == 1
    with clock.later(timedelta(minutes=29)):
        assert sam.browser.get("/staff/try").h1 == "A reason is missing"
    with clock.later(timedelta(minutes=31)):
        sam.browser.client.set_cookie("staff", sessions.begin(StaffAccount.get_by_id(sam.number), "a test"))
        assert sam.browser.get("/staff/try").h1.startswith("Why")


def test_on_the_page_of_a_request_the_reason_is_known(desk: Portal, mai: Member, sam: StaffMember) -> None:
    for _ in range(3):
        sam.browser.get("/staff/try-request")
    assert [(look.reason, look.about) for look in StaffLook.select()] == [("answering", "R-7F3K-Q2")]


def test_the_person_reads_role_and_reason_and_neither_name_nor_words(
    desk: Portal, mai: Member, sam: StaffMember
) -> None:
    sam.browser.get("/staff/try").form("Continue").send(reason="fault", words="the invoice of her neighbour")
    assert "Our staff (staff) looked at your data: a technical fault" in activity(mai)
    assert not [word for word in ("Sam", "neighbour", f"staff:{sam.number}") if word in activity(mai)]
    event = audit.AuditEvent.get(audit.AuditEvent.name == "staff.looked")
    assert (event.subject, event.actor) == (mai.subject, f"staff:{sam.number}")
    assert event.keys == {"role": "staff", "reason": "fault"}


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_reason_nobody_looks_and_what_was_typed_stays(desk: Portal, sam: StaffMember, reason: str) -> None:
    form = sam.browser.get("/staff/try").form("Continue")
    data = {**form.values, "reason": reason, "words": "just so"}
    page = sam.browser.post("/staff/looks/reason", data=data, status=422)
    assert page.form("Continue").values["words"] == "just so"
    assert StaffLook.select().count() == 0


@pytest.mark.parametrize(
    ("field", "value"), [("subject", "2"), ("onward", "/staff/members"), ("about", "R-2222-22"), ("seal", "")]
)
def test_nobody_writes_into_somebody_else_s_log_by_changing_a_field(
    desk: Portal, sam: StaffMember, field: str, value: str
) -> None:
    form = sam.browser.get("/staff/try").form("Continue")
    data = {**form.values, "reason": "duty", field: value}
    sam.browser.post("/staff/looks/reason", data=data, status=404)
    assert StaffLook.select().count() == 0


def test_a_reason_counts_in_its_own_session_only(desk: Portal, portal: Portal, mai: Member, sam: StaffMember) -> None:
    looks.looked(session_of(sam), mai.subject, "identity", about="R-7F3K-Q2")
    assert staff(portal, "approver").browser.get("/staff/try").h1.startswith("Why")


def test_a_region_alone_does_not_ask_in_a_card(desk: Portal, sam: StaffMember) -> None:
    answer = sam.browser.client.get(
        "/staff/try", headers={**HERE, "HX-Request": "true", "HX-Current-URL": "http://localhost:8000/staff/try"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/staff/try")


def test_an_admin_holds_a_look_back_until_a_day(portal: Portal, mai: Member, sam: StaffMember) -> None:
    ann = staff(portal, "admin")
    look = looks.looked(session_of(sam), mai.subject, "duty", "about a theft")
    said = "Our staff (staff) looked at your data: a legal duty"
    assert said in activity(mai)
    until = (clock.now() + timedelta(days=20)).date()
    page = ann.browser.get("/staff/looks")
    assert "Sam Staff: a legal duty" in page.text
    page = page.click(f"Hold back (line {look.event})")
    page = page.form("Hold it back").send(until=until.isoformat(), words="The police asked for it.")
    assert "The police asked for it." in page.text
    assert said not in activity(mai)
    assert "theft" not in activity(mai)
    with clock.later(timedelta(days=21)):
        assert not looks.embargoes()
        assert [event.id for event in audit.of_subject(mai.subject, None, 9, without=looks.held_back())] == [look.event]
    page.form(f"Show it now (line {look.event})").send()
    assert said in activity(mai)
    names = [row.name for row in audit.AuditEvent.select().order_by(audit.AuditEvent.id)][-2:]
    assert names == ["staff.embargoed", "staff.embargo_lifted"]


@pytest.mark.parametrize(
    ("days", "words", "says"), [(0, "why", "from tomorrow on"), (400, "why", "a year at most"), (9, " ", "Say why")]
)
def test_an_embargo_needs_a_day_and_a_reason(
    portal: Portal, mai: Member, sam: StaffMember, days: int, words: str, says: str
) -> None:
    look, ann = looks.looked(session_of(sam), mai.subject, "duty"), staff(portal, "admin")
    until = (clock.now() + timedelta(days=days)).date().isoformat()
    form = ann.browser.get(f"/staff/looks/{look.event}/embargo").form("Hold it back")
    page = form.send(until=until, words=words, status=422)
    assert says in page.text
    assert page.form("Hold it back").values["until"] == until
    assert StaffEmbargo.select().count() == 0
    with pytest.raises(NotLater):
        looks.embargo(ann.number, look.event, clock.now(), "why")


def test_only_looks_can_be_held_back(portal: Portal, mai: Member, sam: StaffMember) -> None:
    audit.record("accounts.signed_in", subject=mai.subject)
    event = audit.of_subject(mai.subject, None, 1)[0].id
    staff(portal, "admin").browser.get(f"/staff/looks/{event}/embargo", status=404)
