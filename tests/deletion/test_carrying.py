"""What happens when the day has come: everywhere, once, proven, and nothing of others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from portal.accounts.models import Account, Session
from portal.api.service import answering, suppressing
from portal.cases import service as cases
from portal.cases.models import Case, CaseEvent
from portal.consents import service as consents
from portal.consents.models import Remembered
from portal.deletion import service
from portal.deletion.models import Certificate, ErasureRecord, Target
from portal.download import files
from portal.download import service as downloads
from portal.kernel import clock, crypto, db, failpoints
from portal.notices.models import Message
from portal.policies import service as policies
from portal.sources import registry
from portal.sources.base import Blocker
from portal.sources.manifest import Text
from portal.subjects import naming
from tests.browse import Browser
from tests.conftest import Portal
from tests.deletion.conftest import GRACE, Count, Member, Moody, member

SYSTEMS = ("booking", "crm", "whitelabel", "portal")
PROVEN = dict.fromkeys(SYSTEMS, "proven")


def public(who: Member) -> str:
    """Return the address at which the deletion can be looked up without an account."""
    return service.address_of(who.deletion().case.reference)


def certified(who: Member) -> dict[str, dict[str, int]]:
    """Return what the certificate counts, by system and table."""
    [lines] = [row.lines for row in Certificate.select()]
    return {line["source"]: {table["table"]: table["rows"] for table in line["tables"]} for line in lines}


def everything(portal: Portal, system: str) -> dict[str, list[Any]]:
    """Return every row of a system."""
    with closing(sqlite3.connect(portal.systems.database(system))) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: list(connection.execute(f'SELECT * FROM "{name}"')) for name in names}


def test_on_the_day_everything_goes_everywhere_and_the_certificate_counts_it(mai: Member, rows: Count) -> None:
    user = rows("booking", "SELECT id FROM users WHERE email = ?", mai.email)
    held = {
        table: rows("booking", f"SELECT COUNT(*) FROM {table} WHERE user_id = ?", user)
        for table in ("devices", "visits", "bookings", "location_points", "media_files", "favourites")
    }
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        assert (mai.deletion().state, mai.states()) == ("erased", PROVEN)
        assert certified(mai)["booking"].items() >= held.items()
        for table in held:
            assert not rows("booking", f"SELECT COUNT(*) FROM {table} WHERE user_id = ?", user)
        assert not rows("booking", "SELECT COUNT(*) FROM users WHERE email = ?", mai.email)
        assert not rows("crm", "SELECT COUNT(*) FROM contacts WHERE email = ?", mai.email)
        assert not rows("whitelabel", "SELECT COUNT(*) FROM members WHERE email = ?", mai.email)
        page = Browser(mai.portal.app).get(public(mai))
        assert page.h1 == "Certificate of erasure"
        assert f"Location history {held['location_points']} Deleted" in page.text
        assert "Kept, the last until" in page.text
        assert mai.email not in page.response.text


def test_nothing_happens_before_the_day(mai: Member) -> None:
    mai.schedule()
    with clock.later(GRACE - timedelta(hours=1)):
        mai.portal.drain()
    assert mai.deletion().state == "scheduled"
    assert ErasureRecord.select().count() == 0


def test_the_rows_of_everybody_else_stay_as_they_are(mai: Member, sofia: Member) -> None:
    before = {system: everything(mai.portal, system) for system in ("booking", "crm", "whitelabel")}
    sofias = {model: model.select().where(model.account == sofia.account).count() for model in (Session,)}
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    for system, tables in before.items():
        after = everything(mai.portal, system)
        lost = sum(len(set(found) - set(after[name])) for name, found in tables.items())
        counts = certified(mai)[system]
        kept = {name for name, table in registry.active().get(system).manifest.tables.items() if table.erase == "keep"}
        hers = sum(rows for name, rows in counts.items() if name not in kept)
        assert hers <= lost <= sum(counts.values()), f"{system}: {lost} rows changed, {hers} were to"
    assert {model: model.select().where(model.account == sofia.account).count() for model in sofias} == sofias


def test_the_last_mail_goes_out_after_the_account_and_leaves_no_address(mai: Member) -> None:
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    last: EmailMessage = mai.portal.mails()[-1]
    assert last["To"] == mai.email
    assert last["Subject"] == f"Your account is deleted ({reference})"
    assert public(mai) in mai.portal.last_mail()
    assert {message.kind for message in Message.select()} == {"deletion_done", "controller_asked"}
    assert not [message for message in Message.select() if message.address or message.facts or message.account]
    message = Message.get(Message.kind == "deletion_done")
    assert (message.kind, message.state) == ("deletion_done", "sent")
    assert (message.account, message.address, message.facts, message.address_hash) == (None, None, None, "")


def test_a_mail_server_that_is_down_does_not_cost_the_last_mail(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    mai.schedule()
    mai.portal.drain()
    with monkeypatch.context() as patched:
        patched.setattr("portal.notices.smtp.Folder.send", _refuse)
        with clock.later(GRACE):
            mai.portal.drain()
            assert mai.deletion().state == "erased"
        with clock.later(GRACE + timedelta(days=1)):
            mai.portal.drain()
    assert len(mai.portal.mails()) == 1
    with clock.later(GRACE + timedelta(days=2)):
        mai.portal.drain()
    assert "Your account is deleted" in mai.portal.mails()[-1]["Subject"]


def _refuse(post: object, mail: EmailMessage) -> None:
    raise OSError("told to be down")


def test_no_row_and_no_file_of_ours_holds_the_person_afterwards(mai: Member) -> None:
    consents.record(mai.subject, "location.level", "off", notice_version="1", language="en", wording="…")
    asked = downloads.ask(mai.subject, "en")
    mai.portal.drain()
    assert list(files.all_names())
    mai.schedule()
    with clock.later(timedelta(days=6)):
        downloads.ask(mai.subject, "en")
        mai.portal.drain()
    with clock.later(GRACE):
        mai.portal.drain()
        assert list(files.all_names()) == []
    with clock.later(GRACE + timedelta(days=7)):
        mai.portal.drain()
    assert mai.deletion().state == "done"
    for model in db.tables():
        for row in model.select().dicts():
            assert mai.email not in repr(row), model.__name__
            if model is not Remembered:  # a no outlives the account, by this hash alone (RULES M1)
                assert crypto.keyed_hash("email", mai.email) not in repr(row), model.__name__
    assert Account.select().count() == 0
    assert Case.get(Case.reference == asked.case.reference).subject_id is None


def test_a_no_outlives_the_account_and_nothing_else_of_the_person_does(mai: Member) -> None:
    portal, name = mai.portal, naming.by_email(mai.email)
    consents.take_in(mai.subject, [consents.Record("marketing.surveys.email", "on", "crm", consents.FILE, clock.now())])
    policies.choose(mai.subject, "location.retention", "3", "en")
    mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        assert mai.deletion().state == "erased"
        [answer] = answering.answers([{"person": {"email": mai.email}, "purpose": "marketing.surveys.email"}])
        assert (answer["allowed"], answer["reason"]) == (False, "suppressed")
        told = [json.loads(line) for line in b"".join(suppressing.stream()).splitlines()]
        [mine] = [line for line in told if naming.hashed(name) in line.get("people", ())]
        assert "marketing.surveys.email" in mine["no"]
        kept = list(Remembered.select())
        assert {(row.origin, row.state, row.wording, row.kind) for row in kept} == {("portal", "off", "", "email")}
        again = member(portal, mai.email)
        assert consents.welcome_newcomers() == len(kept)
        consents.take_in(again.subject, [consents.Record("marketing.surveys.email", "on", "old", consents.FILE)])
        assert not consents.may(again.subject, "marketing.surveys.email"), "whoever lists the address later"
        assert "before your earlier account was deleted" in again.browser.get("/receipts").text


def test_whatever_else_was_under_way_ends_with_the_account(mai: Member) -> None:
    other = cases.open_case("download", mai.subject)
    mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
    assert {case.state for case in Case.select()} == {"fulfilled", "revoked"}
    assert Case.get_by_id(other.id).state in ("revoked", "fulfilled")
    mine = CaseEvent.select().where(CaseEvent.case == mai.deletion().case).order_by(CaseEvent.id)
    assert [event.name for event in mine] == [
        "received", "identity proven", "deletion scheduled", "erasure began", "everything erased",
    ]  # fmt: skip


def test_a_session_dies_with_its_account_and_the_browser_forgets_it(mai: Member) -> None:
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        client = mai.browser.client
        answer = client.get(f"/deletion/{reference}")
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")
        assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert client.get_cookie("session") is None
        assert "Clear-Site-Data" not in client.get("/sign-in").headers
        client.set_cookie("session", "of nobody")
        assert "Clear-Site-Data" in client.get("/no-such-page").headers


def test_a_session_that_merely_ended_keeps_the_browsers_language(mai: Member) -> None:
    with clock.later(timedelta(days=31)):
        assert "Clear-Site-Data" not in mai.browser.client.get("/overview").headers


def test_who_must_stay_erased_is_written_down_first_and_beside_the_archives(
    mai: Member, moody: Mapping[str, Moody]
) -> None:
    for source in moody.values():
        source.is_down = source.id != "booking"
        source.later = 1
    reference = mai.schedule()
    with clock.later(GRACE):
        mai.portal.drain()
        assert not moody["booking"].erased
        written = json.loads(b"".join(files.store().read(f"erasures/{reference}.json")))
        assert written["hashes"] == ErasureRecord.get().hashes
        assert written["hashes"]["keys"].keys() == set(SYSTEMS)
        assert mai.email not in json.dumps(written)
        assert crypto.keyed_hash("email", mai.email) not in json.dumps(written)


def test_a_system_that_is_down_waits_while_the_others_go_on(mai: Member, moody: Mapping[str, Moody]) -> None:
    reference = mai.schedule()
    moody["crm"].is_down = True
    with clock.later(GRACE):
        mai.portal.drain()
        assert mai.states() == {"booking": "proven", "crm": "waiting", "whitelabel": "proven", "portal": "counted"}
        page = mai.browser.get("deletion.state", reference=reference)
        assert page.h1 == "Your data is being deleted"
        assert "Erased in Smartos Booking App and Smartos Whitelabel App. Still working on Smartos CRM." in page.text
        assert page.text in Browser(mai.portal.app).get(public(mai)).text
        assert Certificate.select().count() == 0
        assert Account.select().count() == 1
        moody["crm"].is_down = False
    with clock.later(GRACE + timedelta(hours=1)):
        mai.portal.drain()
    assert mai.states() == PROVEN
    assert [len(source.erased) for source in moody.values()] == [1, 1, 1]
    assert certified(mai)["crm"]["invoices"]


def test_a_system_that_never_said_who_the_person_is_holds_everything_back(
    portal: Portal, moody: Mapping[str, Moody]
) -> None:
    moody["crm"].is_down = True
    mai = member(portal, portal.systems.cast["everyday"].email or "")
    reference = mai.schedule()
    with clock.later(GRACE):
        portal.drain()
        assert mai.deletion().state == "scheduled"
        assert not any(source.requests for source in moody.values())
        assert "We begin once every system has told us" in mai.browser.get("deletion.state", reference=reference).text
        moody["crm"].is_down = False
    with clock.later(GRACE + timedelta(hours=1)):
        portal.drain()
    assert mai.states() == PROVEN


def test_a_system_that_needs_time_is_asked_again_under_the_same_name(mai: Member, moody: Mapping[str, Moody]) -> None:
    reference = mai.schedule()
    moody["whitelabel"].later = 3
    for minutes in range(4):
        with clock.later(GRACE + timedelta(minutes=minutes)):
            mai.portal.drain()
    assert mai.states() == PROVEN
    assert moody["whitelabel"].requests == [f"{reference}:whitelabel"] * 4


def test_what_is_written_while_it_is_erased_is_erased_under_a_new_name(
    mai: Member, moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, booking, left = mai.schedule(), moody["booking"], [{"visits": 1}]
    read = booking.remaining
    monkeypatch.setattr(booking, "remaining", lambda person, tables=None: left.pop() if left else read(person, tables))
    with clock.later(GRACE):
        mai.portal.drain()
    with clock.later(GRACE + timedelta(minutes=1)):
        mai.portal.drain()
    assert mai.states() == PROVEN
    first, second = booking.requests
    assert first == f"{reference}:booking"
    assert second.startswith(f"{first}:")


def test_something_new_in_the_way_pauses_it_and_it_goes_on_once_settled(
    mai: Member, moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, crm = mai.schedule(), moody["crm"]
    with monkeypatch.context() as patched:
        _block(patched, crm)
        with clock.later(GRACE):
            mai.portal.drain()
            assert (mai.deletion().state, set(mai.states().values())) == ("paused", {"waiting"})
            page = mai.browser.get("deletion.state", reference=reference)
            assert page.h1 == "The deletion of your account is paused"
            assert "A dispute is open." in page.text
            assert "Your deletion has to wait" in mai.portal.mails()[-1]["Subject"]
        with clock.later(GRACE + timedelta(days=1)):
            mai.portal.drain()
            assert mai.deletion().state == "paused"
            assert len([mail for mail in mai.portal.mails() if "has to wait" in mail["Subject"]]) == 1
    with clock.later(GRACE + timedelta(days=2, minutes=1)):
        mai.portal.drain()
    assert mai.states() == PROVEN


def test_a_paused_deletion_can_be_taken_back(
    mai: Member, moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = mai.schedule()
    _block(monkeypatch, moody["crm"])
    with clock.later(GRACE):
        mai.portal.drain()
        mai.browser.get("deletion.state", reference=reference).form("Keep my account").send()
    assert (mai.deletion().state, mai.deletion().case.state) == ("cancelled", "revoked")


def test_what_stops_it_in_a_system_that_was_silent_holds_back_that_system_alone(
    mai: Member, moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, crm = mai.schedule(), moody["crm"]
    crm.is_down = True
    with clock.later(GRACE):
        mai.portal.drain()
        crm.is_down = False
    with monkeypatch.context() as patched:
        _block(patched, crm)
        with clock.later(GRACE + timedelta(hours=1)):
            mai.portal.drain()
            assert mai.states() == {"booking": "proven", "crm": "held", "whitelabel": "proven", "portal": "counted"}
            text = mai.browser.get("deletion.state", reference=reference).text
            assert "Something has to be settled there first" in text
            assert "Your deletion has to wait" in mai.portal.mails()[-1]["Subject"]
    with clock.later(GRACE + timedelta(days=1, hours=2)):
        mai.portal.drain()
    assert mai.states() == PROVEN


def _block(patched: pytest.MonkeyPatch, source: Moody) -> None:
    inner = source.preview
    stop = Blocker("stop", "contacts", Text.of("A dispute is open."))
    patched.setattr(source, "preview", lambda person: type(found := inner(person))(found.lines, (stop,), found.as_of))


def test_the_progress_is_drawn_alone_for_htmx_and_stops_asking_at_the_end(
    mai: Member, moody: Mapping[str, Moody]
) -> None:
    mai.schedule()
    moody["crm"].is_down = True
    browser = Browser(mai.portal.app)
    with clock.later(GRACE):
        mai.portal.drain()
        region = browser.get(public(mai), htmx=True).root.one("section")
        assert region["hx-trigger"] == "every 3s"
        moody["crm"].is_down = False
    with clock.later(GRACE + timedelta(hours=1)):
        mai.portal.drain()
        page = browser.get(public(mai), htmx=True)
        assert page.root.one("section")["hx-trigger"] == ""
        assert page.links["Open the certificate"] == public(mai)


def test_no_transaction_of_ours_is_open_while_a_system_is_spoken_to(
    mai: Member, moody: Mapping[str, Moody], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = set()

    def point(name: str) -> None:
        passed.add(name)
        if not name.startswith(("portal:", "queue:")):
            assert not db.database.in_transaction(), name

    mai.schedule()
    monkeypatch.setattr(failpoints, "point", point)
    with clock.later(GRACE):
        mai.portal.drain()
    assert {"booking: before erasure commit", "crm: before erasure commit"} <= passed


def test_a_person_nothing_is_held_of_gets_a_certificate_too(portal: Portal) -> None:
    nobody = member(portal, "nobody.knows@example.com")
    page = nobody.browser.get("deletion.page").click("Continue to check")
    assert "Nothing that names you" in page.text
    page.form("Delete my account").send()
    with clock.later(GRACE):
        portal.drain()
        text = Browser(portal.app).get(public(nobody)).text
    assert "Nothing was held there." in text
    assert Account.select().count() == 0


def test_two_people_delete_at_the_same_time(mai: Member, portal: Portal) -> None:
    other = member(portal, portal.systems.cast["sharer"].email or "")
    mai.schedule(), other.schedule()
    with clock.later(GRACE):
        portal.drain()
    assert mai.states() == other.states() == PROVEN
    assert Account.select().count() == 0


def test_a_system_that_was_connected_meanwhile_is_asked_and_one_that_is_gone_is_not(
    mai: Member, moody: Mapping[str, Moody]
) -> None:
    own = registry.active().get(registry.OWN)
    registry.use(registry.Registry([moody["booking"], moody["crm"], own]))
    mai.schedule()
    assert Target.select().count() == 3
    registry.use(registry.Registry([moody["booking"], moody["whitelabel"], own]))
    with clock.later(GRACE):
        mai.portal.drain()
    assert mai.states() == dict.fromkeys(("booking", "whitelabel", "portal"), "proven")
