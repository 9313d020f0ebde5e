"""The page of a request: one state and one date first, and the same for whoever has the mailed address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from portal.cases import deadlines
from portal.cases.kinds import Proof
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, identity, move, open_case, secret_url, thread, timeline
from portal.kernel import clock
from portal.web.words import of
from tests.browse import Browser, Page
from tests.cases.conftest import NAM, Stranger
from tests.people import Member, member

ANNA, BINH = 1, 2


@pytest.fixture
def linh(nam: Stranger) -> Member:
    return member(nam.portal, "everyday")


def refuse(case: Case) -> None:
    case = by_reference(case.reference)
    row = deciding.propose(case, ANNA, deciding.REFUSE, "others_rights", "The letter was written by somebody else.")
    if row.state == deciding.PROPOSED:
        deciding.agree(by_reference(case.reference), BINH, row.id)


def test_state_and_date_stand_first_and_every_date_can_be_read_by_programs(nam: Stranger) -> None:
    case = nam.ask(country="VN")
    page = nam.open()
    first = page.root.one(id="request").all("p")[0].text
    assert first.startswith("Show that it is you Answer by ")
    moments = [node["datetime"] for node in page.root.all("time")]
    for day in (case.received_at, case.acknowledge_by, case.complete_by):
        assert day is not None
        assert day.isoformat() in moments
    assert all(datetime.fromisoformat(moment) for moment in moments)
    assert "Viet Nam" in page.text
    assert deadlines.authority_in("en", "") in page.text


def test_the_timeline_is_told_in_sentences(nam: Stranger) -> None:
    case = nam.ask("restriction")
    steps = [node.text for node in nam.open().root.one("ol", class_="timeline").all("li")]
    assert [step.split(".")[0] for step in steps[:2]] == ["We received your request", "We told you that it has arrived"]
    assert len(timeline(case)) == 2


def test_the_timeline_ends_with_what_comes_next_until_the_answer_is_there(nam: Stranger) -> None:
    def told(page: Page) -> list[str]:
        return [node.text for node in page.root.one("ol", class_="timeline").all("li")]

    case = nam.ask("restriction")
    day = of("en", "Asia/Ho_Chi_Minh").day(case.complete_by)
    assert told(nam.open())[2:] == [f"You get our answer By mail and on this page, on {day} at the latest."]
    nam.open().form("Take this request back").send()
    page = nam.open()
    assert "You get our answer" not in page.text
    assert "What happened" in [node.text for node in page.root.one("main").all("h2")]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_the_person_writes_is_there_at_once_and_what_staff_write_after_ten_minutes(
    nam: Stranger, htmx: bool
) -> None:
    case = nam.ask()
    page = nam.open().form("Send").send(htmx=htmx, text="Do you have <script>alert(1)</script> & my photos?")
    assert "Do you have alert(1) & my photos?" in page.text
    assert "<script>alert" not in page.response.text
    assert ("Your message was sent." in page.root.text) == htmx
    thread.send(by_reference(case.reference), ANNA, "We look.")
    assert "We look." not in nam.open().text
    with clock.later(timedelta(minutes=11)):
        nam.portal.drain()
        page = nam.open()
    assert "Our staff" in page.text
    assert "We look." in page.text


def test_an_empty_message_is_refused_on_the_page_with_its_field_named(nam: Stranger) -> None:
    nam.ask()
    for htmx in (False, True):
        page = nam.open().form("Send").send(htmx=htmx, text="  ", status=422)
        assert "Write something." in page.root.text


def test_a_request_is_taken_back_once(nam: Stranger) -> None:
    case = nam.ask()
    page = nam.open()
    page.form("Take this request back").send()
    assert by_reference(case.reference).state == "revoked"
    page.form("Take this request back").send(status=409)
    assert "Taken back" in nam.open().text


def test_a_refusal_gives_reason_words_authority_and_court_and_can_be_looked_at_by_somebody_else(nam: Stranger) -> None:
    case = nam.ask("restriction")
    refuse(case)
    nam.portal.drain()
    page = nam.open()
    assert "It would harm the rights of other people." in page.text
    assert "The letter was written by somebody else." in page.text
    assert deadlines.authority_in("en", "") in page.text
    assert "go to court" in page.text
    page.form("Have somebody else look at it").send()
    assert by_reference(case.reference).state == "open"
    with pytest.raises(deciding.SecondPerson):
        deciding.propose(by_reference(case.reference), ANNA, deciding.REFUSE, "other", "Still no.")


def test_an_answer_is_opened_again_within_thirty_days(linh: Member) -> None:
    case = open_case("inquiry", linh.subject, approved=False)
    deciding.propose(case, ANNA, deciding.FULFIL, words="Eighteen months.")
    with clock.later(timedelta(days=31)):
        linh.browser.client.set_cookie("session", linh.browser.client.get_cookie("session").value)  # type: ignore[union-attr]
        page = linh.browser.get(f"/requests/{case.reference}", status=200)
        assert "Open it again" not in page.text
    page = linh.browser.get(f"/requests/{case.reference}")
    assert "Eighteen months." in page.text
    page.form("Open it again").send()
    assert by_reference(case.reference).state == "open"


def test_a_download_or_deletion_under_way_has_its_page_in_its_own_room(linh: Member) -> None:
    from portal.deletion import service as deletion
    from portal.download import service as download

    copy, gone = download.ask(linh.subject, "en").case.reference, deletion.schedule(linh.subject, "en")
    links = linh.browser.get("/requests").links.values()
    assert {f"/download/{copy}", f"/deletion/{gone}"} <= set(links)
    assert linh.browser.get(f"/requests/{copy}").path == f"/download/{copy}"


def test_whoever_signs_in_with_the_address_finds_what_was_asked_from_it(nam: Stranger) -> None:
    case = nam.ask("restriction")
    owner = member(nam.portal, NAM)
    assert any(case.reference in words for words in owner.browser.get("/requests").links)
    assert owner.browser.get(f"/requests/{case.reference}").h1 == "A restriction"
    stranger = member(nam.portal, "sharer")
    assert not any(case.reference in words for words in stranger.browser.get("/requests").links)
    stranger.browser.get(f"/requests/{case.reference}", status=404)
    stranger.browser.post(f"/requests/{case.reference}", data={"do": "cancel"}, status=404)
    assert by_reference(case.reference).state == "open"


def test_a_wrong_secret_opens_nothing_and_a_deed_that_is_none_does_nothing(nam: Stranger) -> None:
    case, other = nam.ask(), nam.ask()
    secret = secret_url(other).rsplit("/", 1)[1]
    browser = Browser(nam.portal.app)
    page = browser.get(f"/requests/{case.reference}/{secret}", status=404)
    assert page.links["Have the link sent again"] == "/requests/links", "a mail program may have cut it in two"
    browser.post(f"/requests/{case.reference}/{secret}", data={"do": "cancel"}, status=404)
    nam.browser.post(nam.link(r"/requests/R-\S+"), data={"do": "approve"}, status=400)
    assert {by_reference(one.reference).state for one in (case, other)} == {"open"}


def test_whoever_has_the_link_sees_no_internal_note(nam: Stranger) -> None:
    case = nam.ask()
    thread.note_inside(case, ANNA, "He called twice.")
    assert "He called twice." not in nam.open().text


def test_the_list_costs_the_same_however_many_there_are(linh: Member) -> None:
    from tests.counting import queries

    counts = set()
    for many in (1, 5):
        for _ in range(many):
            case = open_case("inquiry", linh.subject, approved=False)
            move(case, "fulfilled", "answered", "staff:1")
            open_case("restriction", linh.subject, approved=False)
        with queries() as asked:
            linh.browser.get("/requests")
        counts.add(len(asked))
    assert len(counts) == 1


def test_a_lost_link_is_sent_again_and_an_address_without_requests_gets_nothing(nam: Stranger) -> None:
    case = nam.ask()
    said = set()
    for address in (NAM, "nobody.here@example.com"):
        before = len(nam.portal.mails())
        page = nam.browser.get("/requests/links").form("Send the links").send(email=address)
        nam.portal.drain()
        said.add(re.sub(r'value="[0-9a-f]{32}"', "", page.response.text))
        assert len(nam.portal.mails()) - before == (address == NAM)
    assert len(said) == 1
    assert secret_url(case) in nam.portal.last_mail()
    assert identity.proof(case) == Proof.NONE


def test_the_day_on_which_it_ended_is_the_site_s_and_not_that_of_greenwich(nam: Stranger) -> None:
    case, night = nam.ask("restriction"), datetime(2026, 11, 28, 17, 27, tzinfo=UTC)
    Case.update(state="fulfilled", closed_at=night).where(Case.id == case.id).execute()
    assert "On 29 November 2026" in nam.open().text


def test_a_copy_that_is_done_is_led_to_and_nothing_else_is(nam: Stranger) -> None:
    for kind, leads in (("download", True), ("restriction", False)):
        case = nam.ask(kind)
        Case.update(state="fulfilled", closed_at=clock.now()).where(Case.id == case.id).execute()
        links = nam.browser.get(secret_url(case)).links.values()
        assert (f"/download/{case.reference}" in links) == leads
