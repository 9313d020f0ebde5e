"""Before anything is deleted: what a person sees, checks, asks for and takes back."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest

from portal.cases import service as cases
from portal.cases.models import Case
from portal.deletion import service
from portal.deletion.models import Deletion, Target
from portal.deletion.service import moving
from portal.kernel import clock, db, tokens, work
from portal.notices.models import Message
from portal.sources import sql
from portal.subjects import holds
from portal.subjects import service as subjects
from tests.browse import Browser
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member, Moody, member


def test_the_first_page_counts_every_table_that_holds_something_and_says_what_becomes_of_it(
    mai: Member, rows: Count
) -> None:
    page = mai.browser.get("deletion.page")
    cells = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.root.all("tbody")[0].all("tr")}
    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    for table, title in (("bookings", "Bookings"), ("location_points", "Location history"), ("devices", "Devices")):
        counted = rows("booking", f"SELECT COUNT(*) FROM {table} WHERE user_id = ?", user)
        assert cells[title] == ["Booking App", str(counted), "Deleted"]
    assert cells["Profile and sign-in"][2] == "Your details are removed"
    assert cells["Reviews"][2] == "Your name is removed"
    assert re.fullmatch(r"Kept, the last until \d+ \w+ 20\d\d Accounting law, 10 years each", cells["Invoices"][2])
    assert cells["Account, sign-ins, choices and messages"][2].startswith("Deleted")
    assert any(cell[0].endswith("for Hanoi Loft and Saigon Works") for cell in cells.values())
    assert "0" not in [cell[1] for cell in cells.values()]


def test_the_first_page_sums_up_what_goes_and_what_stays(mai: Member) -> None:
    page = mai.browser.get("deletion.page")
    cells = [[cell.text for cell in row.all("td")] for row in page.root.all("tbody")[0].all("tr")]
    staying = sum(int(rows) for _where, rows, then in cells if then.startswith(("Kept", "Stays")))
    going = sum(int(rows) for where, rows, then in cells if where != "This portal") - staying
    assert f"{going} records go or lose your name. {staying} stay, each with its reason." in page.text


def test_on_the_first_page_what_stands_in_the_way_comes_before_the_records(portal: Portal) -> None:
    text = member(portal, portal.systems.cast["owing"].email or "").browser.get("deletion.page").text
    assert text.index("is not paid yet") < text.index("Counted a moment ago")


def test_in_vietnamese_the_tables_have_vietnamese_titles(mai: Member) -> None:
    mai.browser.get("/language/vi")
    assert "Lịch sử vị trí" in mai.browser.get("deletion.page").text


def test_what_is_ahead_is_warned_of_with_its_date_and_amount(portal: Portal) -> None:
    text = member(portal, portal.systems.cast["owing"].email or "").browser.get("deletion.page").text
    assert re.search(r"You have a booking on \d+ \w+ 20\d\d \(.+\)\. It is cancelled when the account goes\.", text)
    assert re.search(r"Invoice \S+ for [\d,]+ Vietnamese dong is not paid yet\.", text)


def test_very_many_records_are_not_counted_to_the_end_for_a_page_but_for_the_deletion(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = service.outlook(mai.subject)
    assert exact.is_counted
    monkeypatch.setattr(sql, "GLANCED", 2)
    glanced = service.glance(mai.subject)
    assert (glanced.is_counted, glanced.going() < exact.going()) == (False, True)
    assert service.outlook(mai.subject).going() == exact.going()
    for path in ("/deletion", "/deletion/parts", "/deletion/check"):
        text = mai.browser.get(path).text
        assert re.search(r"\d\+ ", text), path
        assert "we stopped counting there" in text, path
    text = mai.browser.get("/deletion").text
    assert re.search(r"\d+\+ records go or lose your name\.", text)
    assert re.search(r"Kept, the last until \d+ \w+ 20\d\d", text)
    assert "for Hanoi Loft and Saigon Works" in text


def test_what_stops_a_deletion_takes_its_button_away_and_says_how_to_settle_it(sofia: Member) -> None:
    page = sofia.browser.get("deletion.page")
    assert "A dispute about a payment" in page.text
    assert "Settle it with us" in page.text
    assert "Continue to check" not in page.links
    assert ["Continue to check"] == [node.text for node in page.root.all("button") if "disabled" in node.attributes]
    assert sofia.browser.get("deletion.check").path == "/deletion"
    sofia.browser.post("/deletion/check", status=409)
    assert Deletion.select().count() == 0


def test_a_system_that_does_not_answer_is_named_and_holds_nothing_up(mai: Member, moody: Mapping[str, Moody]) -> None:
    moody["crm"].is_down = True
    page = mai.browser.get("deletion.page")
    assert "No answer yet from Smartos CRM" in page.text
    assert "CRM 4" not in page.text
    page.click("Continue to check").form("Delete my account").send()
    assert mai.deletion().state == "scheduled"


def test_rows_that_share_an_address_with_somebody_are_neither_promised_away_nor_touched(
    portal: Portal, rows: Count
) -> None:
    nam = member(portal, portal.systems.cast["father"].email or "")
    text = nam.browser.get("deletion.page").text
    assert "Some records wait for a proof that they are yours They are in Smartos Booking App" in text
    assert "Profile and sign-in" not in text
    assert "Newsletter" not in text
    before = rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", nam.email)
    nam.schedule()
    with clock.later(GRACE):
        portal.drain()
    assert nam.deletion().state == "erased"
    assert rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", nam.email) == before == 2


def test_checking_the_answers_wants_a_fresh_confirmation(mai: Member) -> None:
    with clock.later(timedelta(minutes=16)):
        assert mai.browser.get("deletion.check").path == "/confirm"
        mai.browser.post("/deletion/check")
        assert Deletion.select().count() == 0


def test_the_check_says_what_when_and_who_is_told(mai: Member) -> None:
    text = mai.browser.get("deletion.check").text
    assert "records in Smartos Booking App" in text
    assert f"You, at {mai.email}: now, and a last time when everything is gone" in text
    assert "Smartos Booking App, Smartos CRM and Smartos Whitelabel App" in text
    with mai.portal.app.test_request_context():
        from portal.web.words import of

        on = of("en", "Asia/Ho_Chi_Minh").day(clock.now() + timedelta(days=14))
    assert f"When {on}" in text


def test_asking_makes_one_case_with_its_dates_and_a_mail_with_a_way_back(mai: Member) -> None:
    page = mai.browser.get("deletion.check").form("Delete my account").send()
    mai.portal.drain()
    deletion, case = mai.deletion(), mai.deletion().case
    assert page.path == f"/deletion/{case.reference}"
    assert page.h1.startswith("Your account will be deleted on")
    assert (case.kind, case.state, case.subject_id) == ("deletion", "in_progress", mai.subject)
    assert timedelta(days=13) < deletion.scheduled_for - clock.now() <= timedelta(days=14)
    assert mai.states() == dict.fromkeys(("booking", "crm", "whitelabel", "portal"), "waiting")
    assert service.cancel_url(case.reference) in mai.portal.last_mail()
    assert case.reference in mai.portal.mails()[-1]["Subject"]


def test_asking_again_leads_to_the_one_that_is_under_way(mai: Member) -> None:
    form = mai.browser.get("deletion.check").form("Delete my account")
    first = form.send()
    assert form.send().path == first.path
    assert mai.browser.get("deletion.page").path == first.path
    assert mai.browser.get("deletion.check").path == first.path
    assert Deletion.select().count() == Case.select().count() == 1


def test_asking_in_two_windows_at_once_makes_one(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    met, found = threading.Barrier(2), list[str]()

    def together(subject: int, scope: service.Scope) -> object:
        answer = service.outlook(subject, scope)
        met.wait(10)
        return answer

    def ask() -> None:
        found.append(mai.schedule())
        db.database.close()

    monkeypatch.setattr("portal.deletion.service.asking.outlook", together)
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert Deletion.select().count() == Case.select().count() == 1


def test_a_person_keeps_the_account_with_one_button(mai: Member) -> None:
    reference = mai.schedule()
    page = mai.browser.get("deletion.state", reference=reference).form("Keep my account").send()
    mai.portal.drain()
    assert page.h1 == "Your account stays"
    assert (mai.deletion().state, mai.deletion().address, mai.deletion().case.state) == ("cancelled", None, "revoked")
    assert mai.portal.mails()[-1]["Subject"] == f"Your account stays ({reference})"
    assert mai.browser.get("deletion.page").path == "/deletion"
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.deletion().state == "cancelled"
    assert mai.schedule() != reference


def test_opening_the_link_in_the_mail_changes_nothing_and_its_button_keeps_the_account(mai: Member) -> None:
    url = service.cancel_url(mai.schedule())
    stranger = Browser(mai.portal.app)
    for _ in range(20):
        assert stranger.get(url).h1 == "Keep your account?"
        assert stranger.client.head(url).status_code == 200
    assert mai.deletion().state == "scheduled"
    assert stranger.get(url).form("Keep my account").send().h1 == "Your account stays"
    assert mai.deletion().state == "cancelled"
    assert stranger.get(url).h1 == "Your account stays"
    mai.portal.drain()
    assert len([mail for mail in mai.portal.mails() if "stays" in mail["Subject"]]) == 1


def test_the_link_works_where_a_mail_program_made_capitals_of_it(mai: Member) -> None:
    url = service.cancel_url(mai.schedule())
    path, token = url.rsplit("/", 1)
    Browser(mai.portal.app).get(f"{path}/{token.upper()}").form("Keep my account").send()
    assert mai.deletion().state == "cancelled"


def test_the_link_says_clearly_when_it_is_too_late(mai: Member, moody: Mapping[str, Moody]) -> None:
    url, browser = service.cancel_url(mai.schedule()), Browser(mai.portal.app)
    form = browser.get(url).form("Keep my account")
    moody["crm"].is_down = True
    with clock.later(GRACE):
        mai.portal.drain()
        assert form.send(status=409).h1 == "It is too late to keep the account"
        assert browser.get(url).h1 == "It is too late to keep the account"
        mai.browser.post(f"/deletion/{mai.deletion().case.reference}/cancel", status=409)
        assert mai.deletion().state == "erasing"


def test_a_made_up_link_is_answered_like_any_address_that_is_not_there(mai: Member) -> None:
    reference, browser = mai.schedule(), Browser(mai.portal.app).client
    answers = {
        browser.get(f"/deletion/cancel/{token}").data
        for token in ("x", f"{reference}-{tokens.derived('cancel deletion', 'R-2222-22')}", f"{reference}-", reference)
    }
    assert len(answers) == 1
    assert browser.get(f"/deletion/cancel/{reference}-x").status_code == 404
    assert browser.get(f"/certificates/{reference}/x").status_code == 404
    assert browser.get(service.address_of(reference)).status_code == 404, "a certificate before anything was erased"


def test_a_stranger_sees_and_cancels_nothing(mai: Member, sofia: Member) -> None:
    reference = mai.schedule()
    sofia.browser.get(f"/deletion/{reference}", status=404)
    sofia.browser.post(f"/deletion/{reference}/cancel", status=404)
    assert mai.deletion().state == "scheduled"


@pytest.mark.parametrize("begins", range(4))
def test_cancelling_and_beginning_at_the_same_moment_has_one_winner(mai: Member, begins: int) -> None:
    reference = mai.schedule()
    met, refused = threading.Barrier(2), []

    def cancel() -> None:
        deletion = service.load(reference, mai.subject)
        met.wait(10)
        try:
            service.cancel(deletion)
        except service.TooLate:
            refused.append("person")
        db.database.close()

    def begin() -> None:
        claim = work.claim_next(work._runners["deletions"])
        assert claim
        met.wait(10)
        try:
            with claim.step():
                moving.move(claim.row, "erasing")
        except service.TooLate:
            refused.append("worker")
        db.database.close()

    with clock.later(GRACE):
        threads = [threading.Thread(target=act) for act in ((cancel, begin) if begins % 2 else (begin, cancel))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(refused) == 1
    assert mai.deletion().state == {"person": "erasing", "worker": "cancelled"}[refused[0]]
    assert mai.deletion().case.state == {"person": "in_progress", "worker": "revoked"}[refused[0]]


def test_a_case_approved_elsewhere_is_taken_up_by_the_worker(mai: Member) -> None:
    with db.atomic():
        case = cases.open_case("deletion", mai.subject, channel="staff", actor="staff:1")
        Case.update(due_at=clock.now()).where(Case.id == case.id).execute()
    mai.portal.drain()
    assert mai.deletion().case.reference == case.reference
    assert mai.deletion().state == "scheduled"
    assert case.reference in mai.portal.mails()[-1]["Subject"]


def test_a_second_approved_case_is_closed_while_one_is_under_way(mai: Member) -> None:
    reference = mai.schedule()
    with db.atomic():
        second = cases.open_case("deletion", mai.subject, channel="staff", actor="staff:1")
        Case.update(due_at=clock.now()).where(Case.id == second.id).execute()
    mai.portal.drain()
    assert Case.get_by_id(second.id).state == "revoked"
    assert mai.deletion().case.reference == reference


def test_somebody_without_an_address_can_delete_too(mai: Member) -> None:
    from portal.accounts.models import Identifier

    Identifier.update(kind="phone", value="+84900000008", hash="1:x").where(Identifier.account == mai.account).execute()
    page = mai.browser.get("deletion.check")
    assert "You, at" not in page.text
    page.form("Delete my account").send()
    assert Message.select().where(Message.kind == "deletion_scheduled").count() == 0
    assert Target.select().count() == 4
    assert subjects.account_of(mai.subject) == mai.account


def test_the_public_page_tells_a_stranger_everything_and_starts_there(portal: Portal) -> None:
    browser = Browser(portal.app)
    page = browser.get("deletion.public")
    site = portal.config.site
    for said in (site.company, "Smartos Booking App", "Smartos CRM", "Smartos Whitelabel App", "Location history"):
        assert said in page.text
    assert "Invoices 10 years, Accounting law" in page.text
    assert "14 days you can change your mind" in page.text
    assert "at the latest 20 days after you asked" in page.text
    code = page.form("Start").send(email=portal.systems.cast["everyday"].email or "")
    assert code.path == "/sign-in/code"
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    assert code.form("Continue").send(code=found[0]).path == "/deletion"


def test_the_public_page_tells_the_stores_what_they_ask(portal: Portal) -> None:
    answer = portal.app.test_client().get("/delete-account")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    site, text = portal.config.site, Browser(portal.app).get("deletion.public").text
    for said in (
        site.developer,
        *site.apps,
        "delete everything in one app",
        "App Store: your subscriptions",
        "It costs nothing",
    ):
        assert said in text, said


def test_known_and_unknown_addresses_get_the_same_answer(portal: Portal) -> None:
    answers = []
    with clock.stopped(clock.now()):  # the page says until when the code is valid, to the minute
        for email in (portal.systems.cast["everyday"].email or "", "nobody.knows@example.com"):
            client = portal.app.test_client()
            answer = client.post("/delete-account", data={"email": email}, headers={"Sec-Fetch-Site": "same-origin"})
            page = client.get(answer.location)
            answers.append(
                (
                    answer.status_code,
                    answer.location,
                    page.status_code,
                    re.sub(r'value="[0-9a-f]+"', "", page.text.replace(email, "")),
                )
            )
    assert answers[0] == answers[1]
    assert answers[0][1] == "/sign-in/code"


def test_what_is_no_address_is_said_on_the_same_page(portal: Portal) -> None:
    page = Browser(portal.app).get("deletion.public").form("Start").send(status=422, email="nobody")
    assert page.path == "/delete-account"
    assert "This is not an e-mail address that mail can reach" in page.text


def test_only_a_part_can_be_chosen_from_the_public_page(portal: Portal) -> None:
    page = Browser(portal.app).get("deletion.public")
    code = page.form("Delete only a part").send(email=portal.systems.cast["everyday"].email or "")
    portal.drain()
    found = re.search(r"\b\d{6}\b", portal.last_mail())
    assert found
    assert code.form("Continue").send(code=found[0]).path == "/deletion/parts"


def test_guests_are_counted_and_a_sole_contact_can_ask_for_a_successor(portal: Portal) -> None:
    for role in portal.systems.cast:
        somebody = member(portal, portal.systems.cast[role].email or "") if portal.systems.cast[role].email else None
        if somebody and "Ask us to hand it over" in somebody.browser.get("deletion.page").response.text:
            break
    else:
        pytest.fail("nobody in the demo is the only contact of a company")
    page = somebody.browser.get("deletion.page")
    button = next(node.text for node in page.root.all("button") if node.text.startswith("Ask us to hand it over"))
    again = page.form(button).send()
    case = Case.get(Case.kind == "inquiry")
    assert f"You asked us to hand it over ({case.reference})" in again.text
    somebody.browser.post("/deletion/hand-over", data={"place": "crm.companies"})
    assert Case.select().where(Case.kind == "inquiry").count() == 1
    somebody.browser.post("/deletion/hand-over", data={"place": "crm.contacts"}, status=404)


def test_the_menu_marks_the_pages_of_a_deletion(mai: Member) -> None:
    for page in (mai.browser.get("deletion.page"), mai.browser.get("deletion.check")):
        assert "Delete account" in [link.text for link in page.root.all("a", href="/deletion") if link["aria-current"]]


def test_a_hold_placed_while_a_deletion_waits_is_told_until_it_ends(mai: Member) -> None:
    page = mai.browser.get("/deletion/check").form("Delete my account").send()
    assert "A legal duty" not in page.text
    until = clock.now().date() + timedelta(days=200)
    holds.place(mai.subject, "R-1", ("booking", "bookings"), until, "A claim in court.", 1, "")
    page = mai.browser.get(page.path)
    assert "Kept: Bookings in Smartos Booking App" in page.text
    assert "A claim in court." in page.text
    holds.end(holds.of_subject(mai.subject)[0].id, 1)
    assert "A claim in court." not in mai.browser.get(page.path).text


def test_a_hold_is_told_with_a_part_that_it_keeps_and_with_no_other(mai: Member) -> None:
    until = clock.now().date() + timedelta(days=200)
    holds.place(mai.subject, "R-1", ("booking", "bookings"), until, "A claim in court.", 1, "")
    for category, told in (("bookings", True), ("devices", False)):
        page = mai.browser.get(f"/deletion/check?system=booking&category={category}")
        button = next(node.text for node in page.root.all("button") if node["id"] == "delete")
        assert ("A claim in court." in page.form(button).send().text) == told
