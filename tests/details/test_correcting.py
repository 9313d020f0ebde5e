"""A name is mended everywhere at once; a bank account is looked at first; who received it is told."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from portal.cases.models import Case, CaseEvent, Evidence, Lifting
from portal.cases.service import by_reference, deciding, effects
from portal.cases.service import evidence as kept
from portal.consents import service as consents
from portal.details import service
from portal.details.models import Correction, CorrectionPart
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.sources import registry
from tests.cases.pictures import png
from tests.conftest import Portal
from tests.details.conftest import Run, names
from tests.people import Member, member

BANK = "Vietcombank 999988887777"


def ask_for_bank_account(mai: Member, *, restrict: bool = False) -> Case:
    """Ask for another bank account with a picture that shows it."""
    data = {"value": BANK, "why": "I changed banks.", "files": (BytesIO(png()), "letter.png")}
    page = mai.browser.post("/details/bank_account/review", data={**data, **({"restrict": "y"} if restrict else {})})
    assert "Our staff look at it" in page.text
    case: Case = Case.get(Case.kind == "correction")
    return case


def test_what_each_system_holds_stands_side_by_side(mai: Member) -> None:
    page = mai.browser.get("/details")
    cards = {node["id"]: node.text for node in page.root.all("section")}
    assert {"Booking", "CRM", "Whitelabel"} <= set(cards["detail-full_name"].replace("App", "").split())
    assert "••••" in cards["detail-bank_account"]


def test_a_name_is_written_into_every_system_and_each_says_when(mai: Member, run: Run) -> None:
    page = mai.browser.get("/details").click("Correct Full name")
    page = page.form("Correct it everywhere").send(value="  Nguyễn  Thị Ngọc Mai ")
    assert "Being written" in page.text
    mai.portal.drain()
    assert set(names(run, mai.email).values()) == {"Nguyễn Thị Ngọc Mai"}
    text = mai.browser.get(page.path).text
    assert text.count("Confirmed") == 3
    assert "Before: " in text
    assert "Who else was told" in text


def test_systems_that_differ_are_mended_in_one_step(mai: Member, run: Run) -> None:
    run("crm", "UPDATE contacts SET full_name = 'Mai Nguyen' WHERE email = ?", mai.email)
    mine = names(run, mai.email)["booking"]
    page = mai.browser.get("/details")
    assert "Your systems differ" in page.text
    page = page.click("Make it the same everywhere Full name").form(mine).send()
    mai.portal.drain()
    assert set(names(run, mai.email).values()) == {mine}
    assert CorrectionPart.select().count() == 1


def test_a_value_that_changed_meanwhile_is_not_overwritten(mai: Member, run: Run) -> None:
    service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Mai New", "en")
    run("crm", "UPDATE contacts SET full_name = 'Somebody Else' WHERE email = ?", mai.email)
    mai.portal.drain()
    assert names(run, mai.email)["crm"] == "Somebody Else"
    states = {part.source: part.state for part in CorrectionPart.select()}
    assert states == {"booking": "written", "crm": "differs", "whitelabel": "written"}
    assert "Changed meanwhile" in mai.browser.get(f"/details/corrections/{Correction.get().id}").text


def test_of_two_corrections_on_their_way_the_newer_one_stays(mai: Member, run: Run) -> None:
    for name in ("Mai First", "Mai Second"):
        service.at_once(mai.subject, service.one(mai.subject, "full_name"), name, "en")
    CorrectionPart.update(due_at=clock.now() - timedelta(hours=1)).where(CorrectionPart.id > 3).execute()
    mai.portal.drain()  # the newer ones first
    assert set(names(run, mai.email).values()) == {"Mai Second"}
    for name in ("Mai Third", "Mai Fourth"):
        service.at_once(mai.subject, service.one(mai.subject, "full_name"), name, "en")
    mai.portal.drain()
    assert set(names(run, mai.email).values()) == {"Mai Fourth"}


def test_a_system_that_was_silent_is_corrected_when_it_answers(
    mai: Member, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = registry.active().get("crm")
    with monkeypatch.context() as patched:

        def silent(person: object) -> list[object]:
            raise crm.unavailable("away")

        patched.setattr(crm, "details", silent)
        assert "No answer yet from Smartos CRM" in mai.browser.get("/details").text
        service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Mai Late", "en")
    mai.portal.drain()
    assert set(names(run, mai.email).values()) == {"Mai Late"}
    assert Correction.get().state == "done"


def test_bad_input_names_the_fault_and_keeps_what_was_typed(mai: Member) -> None:
    page = mai.browser.post("/details/full_name", data={"value": "x" * 121}, status=422)
    assert "at most 120" in page.text
    assert "x" * 121 in page.response.text
    name = service.one(mai.subject, "full_name").values[0]
    assert "like this already" in mai.browser.post("/details/full_name", data={"value": name}, status=422).text
    typed = {"value": "0312345678", "why": "It is wrong.", "files": (BytesIO(b"MZ\x90"), "scan.pdf")}
    page = mai.browser.post("/details/tax_id/review", data=typed, status=422)
    assert "no PDF, JPEG or PNG" in page.text
    assert "It is wrong." in page.text
    assert not Correction.select().exists()


def test_what_is_looked_at_first_cannot_be_written_by_oneself(mai: Member) -> None:
    detail = service.one(mai.subject, "bank_account")
    with pytest.raises(service.NeedsReview):
        service.at_once(mai.subject, detail, BANK, "en")


def test_a_bank_account_waits_for_staff_and_its_evidence_goes_with_the_decision(mai: Member, run: Run) -> None:
    case = ask_for_bank_account(mai)
    mai.portal.drain()
    assert run("crm", "SELECT bank_account FROM contacts WHERE email = ?", mai.email) != [(BANK,)]
    [file] = kept.of(case)
    page = mai.browser.get(f"/details/corrections/{Correction.get().id}")
    assert "letter.png" in page.links.keys() | {page.text} or "letter" in page.text
    answer = mai.browser.client.get(f"/details/corrections/{Correction.get().id}/evidence/{file.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    mai.portal.drain()
    for system, table in (("crm", "contacts"), ("booking", "users")):
        assert run(system, f"SELECT bank_account FROM {table} WHERE lower(email) = ?", mai.email) == [(BANK,)]
    assert by_reference(case.reference).state == "fulfilled"
    assert Evidence.select().count() == 0
    assert list(kept.store().names(kept.FOLDER)) == []
    text = mai.browser.get(f"/details/corrections/{Correction.get().id}").text
    assert BANK not in text
    assert "•••• 7777" in text
    assert "Our staff decided on" in text


def test_a_refused_correction_changes_nothing(mai: Member, run: Run) -> None:
    before = run("crm", "SELECT bank_account FROM contacts")
    case = ask_for_bank_account(mai)
    deciding.propose(by_reference(case.reference), 1, deciding.REFUSE, "no_match", "The letter is another person's.")
    mai.portal.drain()
    assert run("crm", "SELECT bank_account FROM contacts") == before
    assert Evidence.select().count() == 0
    assert "Refused" in mai.browser.get(f"/details/corrections/{Correction.get().id}").text


def test_a_contested_account_is_restricted_and_lifted_only_after_notice(mai: Member) -> None:
    """RULES §18 line 36."""
    case = ask_for_bank_account(mai, restrict=True)
    assert not consents.may(mai.subject, "marketing.events.email", "on")
    assert consents.why(mai.subject, "marketing.events.email").reason == "restricted"
    assert "Your account is restricted" in mai.browser.get("/overview").text
    deciding.propose(by_reference(case.reference), 1, deciding.FULFIL)
    mai.portal.drain()
    assert not consents.may(mai.subject, "marketing.events.email", "on")
    told = [mail for mail in mai.portal.mails() if "use your data again" in mail["Subject"]]
    assert len(told) == 1
    row = Lifting.get(Lifting.case == case.id)
    with pytest.raises(effects.NoticeFirst):
        effects.lift(row)


def test_a_request_that_names_no_value_is_left_to_staff(mai: Member) -> None:
    from portal.cases.service import open_case

    case = open_case("correction", mai.subject)
    mai.portal.drain()
    assert by_reference(case.reference).state == "approved"
    noted = CaseEvent.select().where(CaseEvent.case == case.id, CaseEvent.name == "nothing to write")
    assert noted.count() == 1


def test_companies_that_have_rows_of_the_person_are_told(mai: Member, run: Run) -> None:
    service.at_once(mai.subject, service.one(mai.subject, "full_name"), "Mai Told", "en")
    mai.portal.drain()
    told = Correction.get().recipients
    spaces = {space for (space,) in run("whitelabel", "SELECT space FROM members WHERE email = ?", mai.email)}
    assert spaces <= {entry["name"] for entry in told}
    mails = [mail for mail in mai.portal.mails() if "was corrected" in mail["Subject"]]
    assert len(mails) == sum(entry["how"] == "told" for entry in told)
    assert all("Mai Told" not in str(mail) for mail in mails)


def test_a_stranger_sees_and_changes_nothing(mai: Member, portal: Portal) -> None:
    ask_for_bank_account(mai)
    row, other = Correction.get(), member(portal, "sharer")
    other.browser.get(f"/details/corrections/{row.id}", status=404)
    other.browser.get(f"/details/corrections/{row.id}/evidence/{Evidence.get().id}", status=404)
    with pytest.raises(NotFound):
        service.load(other.subject, row.id)


def test_a_statement_stays_with_the_data_and_can_be_taken_away(mai: Member, portal: Portal) -> None:
    page = mai.browser.get("/details/statement").form("Keep it with my data").send(text="I dispute this.")
    assert "I dispute this." in page.text
    own = registry.active().own
    from portal.subjects import service as subjects

    with own.snapshot(subjects.person(mai.subject, own.id)) as view:
        assert [row["text"] for row in view.rows("statements")] == ["I dispute this."]
    [said] = service.statements(mai.subject)
    other = member(portal, "sharer")
    other.browser.post(f"/details/statement/{said.id}/drop", status=404)
    mai.browser.post(f"/details/statement/{said.id}/drop")
    assert service.statements(mai.subject) == []
