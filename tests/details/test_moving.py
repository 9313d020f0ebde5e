"""A new e-mail is proven before it counts, the old one is warned, and nothing is lost on the way."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts import identifiers
from portal.accounts.models import Identifier, Proof
from portal.cases.models import Evidence
from portal.cases.service import by_reference
from portal.details import service, tasks
from portal.details.models import Correction, CorrectionPart
from portal.kernel import audit, clock, work
from portal.kernel.audit import AuditEvent
from portal.kernel.problems import NotFound
from portal.sources import registry
from portal.sources.base import Key
from portal.subjects import service as subjects
from tests.browse import Browser, Page
from tests.conftest import Portal
from tests.details.conftest import NAMES, Run
from tests.details.test_correcting import ask_for_bank_account
from tests.people import Member, member

NEW = "mai.moved@example.com"


def emails(run: Run, mai: Member) -> dict[str, str]:
    """Return the e-mail that each system has of Mai, found by her number there."""
    keys = {source: found[0][0] for source, found in _keys.items()}
    look = "SELECT email FROM {} WHERE id = ?"
    return {system: run(system, look.format(table), keys[system])[0][0] for system, table in NAMES.items()}


_keys: dict[str, list[Key]] = {}


@pytest.fixture(autouse=True)
def found(mai: Member) -> None:
    _keys.update(subjects.links(mai.subject))


def code(mai: Member) -> str:
    """Let the worker send a code and read it."""
    mai.portal.drain()
    found = re.search(r"\b(\d{6})\b", mai.portal.last_mail())
    assert found
    return found.group(1)


def asked(mai: Member, value: str = NEW) -> Page:
    return mai.browser.get("/details").click("Change E-mail").form("Send a code to it").send(value=value)


def moved(mai: Member) -> Page:
    page = asked(mai)
    return page.form("Write it into every system").send(code=code(mai))


def warnings(mai: Member) -> list[str]:
    """Return the links of the warnings that went to the old address."""
    bodies = [mail.get_body(("plain",)) for mail in mai.portal.mails() if mail["To"] == mai.email]
    found = [re.search(r"/security/not-me/\S+", body.get_content()) for body in bodies if body]
    return [link.group() for link in found if link]


def not_me(mai: Member) -> None:
    """Press the button of the warning that went to the old address."""
    [link] = warnings(mai)
    Browser(mai.portal.app).get(link).form("This was not me").send()


def test_an_address_counts_nowhere_before_its_code(mai: Member, run: Run) -> None:
    before = emails(run, mai)
    page = asked(mai)
    assert "Until you have entered it, nothing changes" in page.text
    page.form("Write it into every system").send(code="000000", status=422)
    mai.portal.drain()
    assert emails(run, mai) == before
    assert not Correction.select().exists()
    assert [row.value for row in identifiers.listed(mai.account)] == [mai.email]


def test_a_proven_address_is_written_into_every_system_and_each_says_when(mai: Member, run: Run) -> None:
    page = moved(mai)
    assert "nothing of yours is lost on the way" in page.text
    mai.portal.drain()
    assert set(emails(run, mai).values()) == {NEW}
    text = mai.browser.get(page.path).text
    assert text.count("Confirmed") == 3
    assert "Every system has it." in text


def test_the_old_address_is_warned_and_the_new_one_is_not_asked(mai: Member) -> None:
    moved(mai)
    mai.portal.drain()
    warned = {mail["To"] for mail in mai.portal.mails() if "not-me" in str(mail.get_body())}
    assert warned == {mai.email}
    assert all(NEW not in str(mail.get_body()) for mail in mai.portal.mails() if mail["To"] == mai.email)


def test_nothing_that_the_person_is_found_by_is_lost_while_a_system_is_down(
    mai: Member, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = registry.active().get("crm")
    before = subjects.links(mai.subject)
    with monkeypatch.context() as patched:

        def down(*_: object) -> object:
            raise crm.unavailable("away")

        patched.setattr(crm, "correct", down)
        page = moved(mai)
        mai.portal.drain()
        assert emails(run, mai) == {"booking": NEW, "crm": mai.email, "whitelabel": NEW}
        assert subjects.links(mai.subject) == before
        old = identifiers.by_value(mai.account, "email", mai.email)
        assert old is not None
        refused = mai.browser.get(f"/security/addresses/{old.id}/remove")
        assert "until they have the new one" in refused.text
        mai.browser.post(f"/security/addresses/{old.id}/remove", status=409)
    with clock.later(timedelta(hours=1)):
        mai.portal.drain()
    assert set(emails(run, mai).values()) == {NEW}
    assert "Every system has it." in mai.browser.get(page.path).text
    mai.browser.post(f"/security/addresses/{old.id}/remove")
    mai.portal.drain()
    assert subjects.links(mai.subject) == before
    assert [row.value for row in identifiers.listed(mai.account)] == [NEW]


def test_whoever_says_it_was_not_them_gets_everything_back(mai: Member, run: Run) -> None:
    before, links = emails(run, mai), subjects.links(mai.subject)
    moved(mai)
    mai.portal.drain()
    assert set(emails(run, mai).values()) == {NEW}
    not_me(mai)
    tasks.take_back_all()
    mai.portal.drain()
    assert emails(run, mai) == before
    assert [row.value for row in identifiers.listed(mai.account)] == [mai.email]
    assert subjects.links(mai.subject) == links
    assert Correction.get().state == "undone"
    assert {part.state for part in CorrectionPart.select()} == {"undone"}
    mai.browser.get("/details", status=200)  # signed out: the page asks to sign in
    said = [event.name for event in AuditEvent.select() if event.name == "details.taken_back"]
    assert said == ["details.taken_back"]


def test_what_waits_is_stopped_and_what_was_written_goes_back(
    mai: Member, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, crm = emails(run, mai), registry.active().get("crm")
    with monkeypatch.context() as patched:

        def down(*_: object) -> object:
            raise crm.unavailable("away")

        patched.setattr(crm, "correct", down)
        moved(mai)
        mai.portal.drain()
        not_me(mai)
    with clock.later(timedelta(hours=1)):
        mai.portal.drain()  # the part that waited falls due before the chore has looked
        tasks.take_back_all()
        mai.portal.drain()
    assert emails(run, mai) == before
    assert {part.source: part.state for part in CorrectionPart.select()} == {
        "booking": "undone", "crm": "stopped", "whitelabel": "undone",
    }  # fmt: skip


@pytest.mark.parametrize("newer_first", [False, True])
def test_of_two_changes_that_were_not_them_what_stood_before_the_first_comes_back(
    mai: Member, run: Run, newer_first: bool
) -> None:
    before = emails(run, mai)
    moved(mai)
    mai.portal.drain()
    first = warnings(mai)[0]
    page = asked(mai, "mai.further@example.com")
    page.form("Write it into every system").send(code=code(mai))
    mai.portal.drain()
    assert set(emails(run, mai).values()) == {"mai.further@example.com"}
    Browser(mai.portal.app).get(first).form("This was not me").send()
    tasks.take_back_all()
    order = CorrectionPart.id > 3 if newer_first else CorrectionPart.id <= 3
    CorrectionPart.update(due_at=clock.now() - timedelta(hours=1)).where(order).execute()
    mai.portal.drain()
    assert emails(run, mai) == before
    assert [row.value for row in identifiers.listed(mai.account)] == [mai.email]


def test_an_address_that_was_proven_before_needs_no_code_but_is_told(mai: Member, run: Run) -> None:
    proof = identifiers.ask(mai.account, "email", NEW, "en")
    identifiers.add(mai.account, proof, code(mai))
    mai.portal.drain()
    sent = len(mai.portal.mails())
    mai.browser.get("/details/email/new").form(NEW).send()
    mai.portal.drain()
    assert set(emails(run, mai).values()) == {NEW}
    assert {mail["To"] for mail in mai.portal.mails()[sent:] if "not-me" in str(mail.get_body())} == {mai.email}
    Browser(mai.portal.app).get(warnings(mai)[-1]).form("This was not me").send()
    tasks.take_back_all()
    mai.portal.drain()
    assert set(emails(run, mai).values()) == {mai.email}
    assert {row.value for row in identifiers.listed(mai.account)} == {mai.email, NEW}, "it was theirs before"


def test_nobody_writes_an_address_without_a_proof(mai: Member) -> None:
    detail = service.one(mai.subject, "email")
    with pytest.raises(service.NeedsReview):
        service.at_once(mai.subject, detail, NEW, "en")
    with pytest.raises(NotFound):
        service.use_proven(mai.account, mai.subject, detail, NEW, "en")


def test_a_code_for_a_phone_proves_no_email(mai: Member) -> None:
    number = identifiers.ask(mai.account, "phone", "+84901234999", "en")
    with pytest.raises(NotFound):
        service.prove(mai.account, mai.subject, service.one(mai.subject, "email"), number, "123456", "en")


def test_the_code_of_somebody_else_is_not_found(mai: Member, portal: Portal) -> None:
    asked(mai)
    other = member(portal, "sharer")
    other.browser.get(f"/details/email/code/{Proof.get().id}", status=404)


def test_a_phone_is_proven_by_a_text_message(mai: Member, run: Run) -> None:
    number = "+84901234999"
    page = mai.browser.get("/details").click("Change Phone").form("Send a code to it").send(value=number)
    mai.portal.drain()
    [sent] = re.findall(r"\b(\d{6})\b", mai.portal.texts(number)[-1])
    page.form("Write it into every system").send(code=sent)
    mai.portal.drain()
    assert run("crm", "SELECT phone FROM contacts WHERE email = ?", mai.email) == [(number,)]


def test_where_no_text_can_be_sent_a_phone_waits_for_staff(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from portal import config

    settings = replace(config.active(), sms_url="")
    monkeypatch.setattr(config, "active", lambda: settings)
    assert service.one(mai.subject, "phone").way == service.REVIEW


def test_typed_values_stay_and_the_fault_is_named(mai: Member) -> None:
    page = mai.browser.post("/details/email/new", data={"value": "mai@"}, status=422)
    assert "not an e-mail address" in page.text
    assert 'value="mai@"' in page.response.text
    page = mai.browser.post("/details/email/new", data={"value": mai.email}, status=422)
    assert "like this already" in page.text


def test_the_log_stays_whole(mai: Member) -> None:
    moved(mai)
    work.drain()
    audit.seal()
    assert audit.verify().is_whole
    assert Identifier.select().where(Identifier.moves_to.is_null(False)).count() == 0


def test_a_bank_account_that_somebody_else_asked_for_is_taken_back(mai: Member) -> None:
    case = ask_for_bank_account(mai)
    moved(mai)
    mai.portal.drain()
    not_me(mai)
    tasks.take_back_all()
    assert by_reference(case.reference).state == "revoked"
    assert not Evidence.select().where(Evidence.state == "kept").exists()


def test_what_was_asked_for_long_before_is_left_to_staff(mai: Member) -> None:
    with clock.later(-timedelta(days=8)):
        case = ask_for_bank_account(mai)
    moved(mai)
    mai.portal.drain()
    not_me(mai)
    tasks.take_back_all()
    assert by_reference(case.reference).state == "open"
