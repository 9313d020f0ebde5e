"""The portal's own tables as a source: found by what each model says of itself, and emptied in the right order."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal import config
from portal.api.models import ApiKey
from portal.hooks.models import HookEndpoint
from portal.kernel import audit, clock, crypto, db, work
from portal.sources.base import Identifier, Person
from portal.sources.own import OwnSource, tables
from tests.conftest import KEY, laid_url

ROOMS = (
    "accounts",
    "accounts.apps",
    "accounts.staff",
    "subjects",
    "notices",
    "consents",
    "cases",
    "download",
    "deletion",
    "policies",
    "location",
    "children",
)
MAI, DUC = "mai@example.com", "duc@example.com"


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnSource]:
    for room in ROOMS:
        importlib.import_module(f"portal.{room}.models")
    crypto.use_keys("secret", (KEY,), (KEY,))
    monkeypatch.setattr(config, "site", lambda: SimpleNamespace(languages=("en", "vi")))
    opened = db.connect(laid_url(request, tmp_path))
    work.open_queue(f"sqlite:///{tmp_path}/queue.db")
    yield OwnSource("Privacy")
    opened.close()
    getattr(opened, "close_all", opened.close)()


def settle(email: str) -> Person:
    """Give somebody a row in every table of ours that holds persons."""
    models = {model.__name__: model for model in map(tables.named, map(tables.name, tables.owned()))}
    hashed = crypto.keyed_hash("email", email)
    account = models["Account"].create(language="vi")
    subject = models["Subject"].create(account=account)
    proven = models["Identifier"].create(account=account, kind="email", value=email, hash=hashed)
    now = clock.now()
    models["Session"].create(account=account, digest=f"{email:>64}", device="Firefox on Linux", fresh_until=now)
    given = {"kind": "email", "address": email, "address_hash": hashed, "language": "vi", "expires_at": now}
    models["Challenge"].create(account=None, digest=f"{email:>64}", **given)
    given = {"account": account, "kind": "email", "address": email, "address_hash": hashed, "expires_at": now}
    models["Proof"].create(**given, code_hash=hashed)
    models["Alarm"].create(**given, digest=f"{email:>64}", what="added")
    models["Password"].create(account=account, hash="scrypt")
    handed = {"external_id": "booking:7", "external_hash": hashed, "expires_at": now}
    models["Handoff"].create(account=None, digest=f"{email:>64}", email=email, **handed)
    models["KeptForm"].create(account=account, path="/contact", fields="[]", expires_at=now)
    models["Link"].create(subject=subject, source="crm", key="[7]", key_hash=hashed, proven_by="email")
    models["Lookup"].create(identifier=proven, source="crm", found=1)
    told = {"kind": "download_ready", "language": "vi", "address": email, "address_hash": hashed}
    models["Message"].create(account=account.id, cause=f"1 {email}", **told)
    models["Message"].create(account=None, cause=f"2 {email}", **told)
    browser = {"device": "Firefox", "language": "vi", "endpoint": email, "endpoint_hash": email, "public_key": "k"}
    models["PushSubscription"].create(account=account.id, session=1, auth="a", sender="k", **browser)
    models["Bounce"].create(account=account.id, channel="email", address_hash=hashed, lasting=True, status="5.1.1")
    models["Delivery"].create(subject=subject.id, source="crm", wanted=1)
    said = {"purpose": "location.level", "state": "off", "notice": "privacy", "notice_version": "1", "language": "vi"}
    models["ConsentEvent"].create(subject=subject, wording="…", actor="person", channel="portal", **said)
    models["Standing"].create(subject=subject, choices={"location.level": ["off", 1, now.isoformat()]}, event=1)
    dates = {"profile": "vn", "acknowledge_by": now.date(), "complete_by": now.date()}
    copy, goodbye = (models["Case"].create(subject=subject, kind=kind, **dates) for kind in ("download", "deletion"))
    models["CaseEvent"].create(case=copy, name="received", actor="person")
    download = models["Download"].create(case=copy, language="vi")
    models["Part"].create(download=download, source="crm")
    models["Ticket"].create(download=download, digest=f"{email:>64}", expires_at=now)
    models["Fetch"].create(download=download, by_link=False, device="Firefox, Linux")
    deletion = models["Deletion"].create(case=goodbye, subject=subject.id, scheduled_for=now, language="vi")
    models["Target"].create(deletion=deletion, source="crm", title="CRM")
    removal = models["Removal"].create(subject=subject, kind="all", until=now)
    models["RemovalPart"].create(removal=removal, source="booking", title="Booking App")
    models["Keeping"].create(subject=subject)
    models["Routing"].create(case=goodbye, controller="hub", title="Hub", answer_by=now.date(), words="Gone.")
    models["CaseMessage"].create(case=copy, author="person", body="Where is it?", state="sent", due_at=None)
    models["CaseMessage"].create(case=copy, author="staff:1", body="Rude.", state="sent", internal=True, due_at=None)
    models["Verification"].create(case=copy, method="code", proof=2, by="person")
    models["Attempt"].create(case=copy, way="code", digest=f"{email:>64}", address=email, expires_at=now)
    models["Lifting"].create(case=copy, notice="request:R-1:resumes", on=now, due_at=None)
    kept = {"name": "letter.pdf", "media_type": "application/pdf", "file": f"evidence/{email}", "key": "k"}
    models["Evidence"].create(case=copy, size=7, state="kept", due_at=None, **kept)
    wish = {"detail": "full_name", "kind": "text", "new": "Mai", "language": "vi", "state": "done"}
    correction = models["Correction"].create(subject=subject, due_at=None, **wish)
    models["CorrectionPart"].create(
        correction=correction, source="crm", place="contacts.name", key="[7]", state="written", due_at=None
    )
    models["Statement"].create(subject=subject, text="It was a Tuesday.")
    listening = HookEndpoint.create(name=email, url="https://example.com/", secret="whsec_")
    told = {"message": email[:40], "kind": "choice.changed", "about": "location.level"}
    models["HookMessage"].create(subject=subject.id, endpoint=listening, give_up_at=now, **told)
    differs = {"kind": "yes", "stored": "on", "wanted": "off", "found_at": now, "seen_at": now}
    models["Drift"].create(subject=subject, source="crm", purpose="location.level", **differs)
    models["Suspended"].create(subject=subject, source="crm", purpose="marketing.events.email", state="on")
    models["Presence"].create(case=copy, staff=1)
    models["Release"].create(case=copy, prepared_by=1)
    held = {"case": "R-1", "source": "crm", "table": "messages", "reason": "A claim.", "until": now.date()}
    models["LegalHold"].create(subject=subject, staff=1, due_at=None, **held)
    models["PhoneState"].create(subject=subject, source="booking", state="denied", at=now)
    models["Suppression"].create(subject=subject, number=subject.id, is_no=True, line="{}", force_insert=True)
    program = ApiKey.create(name=email, digest=f"{email:>64}", scopes=["choices:write"], rate=1)
    models["ApiAnswer"].create(key=program, name=f"{email:>64}", asked="x", answer="{}", subject=subject)
    models["Decision"].create(case=copy, outcome="fulfil", state="decided", proposed_by=1)
    asked = models["Case"].create(kind="child", contact=email, contact_hash=hashed, **dates)
    report = models["Report"].create(
        case=asked, reporter_hash=hashed, relation="mother", age_limit=16, birth_year=2015, birth_month=3
    )
    models["ReportedAccount"].create(report=report, kind="email", value=email, hash=hashed)
    models["Match"].create(report=report, subject=subject, by="email")
    hold = models["ChildHold"].create(subject=subject, report=report, until=now.date())
    models["HolderAnswer"].create(hold=hold, kind="words", body="I am 34.")
    models["ParenthoodCheck"].create(report=report, reporter_hash=hashed, method="video call")
    days = {"age_limit": 16, "appeal_until": now.date()}
    ruling = models["Ruling"].create(case=asked, subject=subject.id, outcome="nothing", **days)
    models["Appeal"].create(ruling=ruling, by="reporter", address_hash=hashed, words="Look again.")
    audit.record("accounts.signed_in", subject=subject.id)
    look = {"staff": 1, "role": "staff", "reason": "fault", "words": "about somebody else", "about": "", "session": 1}
    models["StaffLook"].create(subject=subject, event=event_of(subject.id), **look)
    models["StaffEmbargo"].create(subject=subject, event=event_of(subject.id), until=now, words="over", staff=1)
    return Person(((subject.id,),), (Identifier("email", email),))


def event_of(subject: int) -> int:
    found: int = audit.of_subject(subject, None, 1)[0].id
    return found


def counts() -> dict[str, int]:
    return {tables.name(model): model.select().count() for model in tables.owned()}


def test_a_person_is_found_by_a_proven_address_in_any_case_of_letters_it_was_normalised_to(own: OwnSource) -> None:
    mai = settle(MAI)
    assert own.find(Identifier("email", MAI)) == list(mai.keys)
    assert own.find(Identifier("email", DUC)) == []
    assert own.find(Identifier("phone", MAI)) == []


def test_the_preview_counts_the_rows_of_every_table_and_of_nobody_else(own: OwnSource) -> None:
    mai, _ = settle(MAI), settle(DUC)
    lines = {line.table: (line.rows, line.action) for line in own.preview(mai).lines}
    assert lines.keys() == own.manifest.tables.keys()
    assert all(rows for rows, _ in lines.values())
    assert lines["cases"] == (3, "anonymise")
    assert lines["messages"] == (2, "delete")
    assert lines["audit_events"] == (1, "keep")
    assert all(line.reason for line in own.preview(mai).lines if line.action == "keep")


def test_a_snapshot_holds_what_was_encrypted_in_the_open_and_no_digest(own: OwnSource) -> None:
    mai, _ = settle(MAI), settle(DUC)
    with own.snapshot(mai) as snapshot:
        rows = {table: list(snapshot.rows(table)) for table in own.manifest.tables}
        assert {table: len(found) for table, found in rows.items()} == dict(snapshot.counts)
        kinds = snapshot.kinds("sessions")
    assert [row["value"] for row in rows["identifiers"]] == [MAI]
    assert [row["body"] for row in rows["case_messages"]] == ["Where is it?"], "an internal note was handed out"
    assert [row["key"] for row in rows["links"]] == ["[7]"]
    assert [row["address"] for row in rows["messages"]] == [MAI, MAI]
    names = {name for found in rows.values() for row in found for name in row}
    assert not names & {"digest", "hash", "address_hash", "code_hash", "key_hash", "fence", "claimed_until", "attempts"}
    assert kinds["created_at"] == "datetime"
    shown = {
        table: {column.name for column in entry.columns.values() if column.export}
        for table, entry in own.manifest.tables.items()
    }
    assert all(set(found[0]) == shown[table] for table, found in rows.items())


def test_what_staff_hold_back_is_in_no_copy_and_on_no_page_until_its_day(own: OwnSource) -> None:
    mai = settle(MAI)
    held = tables.named("staff_embargoes")
    held.update(until=clock.now() + timedelta(days=1)).execute()
    about = ("audit_events", "staff_looks", "staff_embargoes")
    with own.snapshot(mai) as snapshot:
        assert [list(snapshot.rows(table)) for table in about] == [[], [], []]
        assert [snapshot.counts[table] for table in about] == [0, 0, 0]
    assert [own.page(mai, table).rows for table in about] == [(), (), ()]
    assert {line.rows for line in own.preview(mai).lines if line.table in about} == {0}
    with clock.later(timedelta(days=2)):
        [look] = own.page(mai, "staff_looks").rows
        assert (look["role"], look["reason"]) == ("staff", "fault")
        assert not look.keys() & {"words", "staff", "session"}
        assert len(own.page(mai, "audit_events").rows) == 1


def test_what_is_held_back_goes_with_the_person_all_the_same(own: OwnSource) -> None:
    mai = settle(MAI)
    tables.named("staff_embargoes").update(until=clock.now() + timedelta(days=1)).execute()
    own.erase(mai, "a request")
    assert own.remaining(mai) == {}
    assert tables.named("staff_looks").select().count() == 0
    assert tables.named("staff_embargoes").select().count() == 0


def test_a_snapshot_holds_still_and_its_reader_may_write(own: OwnSource) -> None:
    mai = settle(MAI)
    with own.snapshot(mai) as snapshot:
        with db.atomic():
            tables.named("deliveries").create(subject=mai.keys[0][0], source="booking", wanted=1)
        assert snapshot.counts["deliveries"] == len(list(snapshot.rows("deliveries"))) == 1
    with own.snapshot(mai) as snapshot:
        assert snapshot.counts["deliveries"] == 2


def test_a_snapshot_streams_more_rows_than_it_reads_at_a_time(own: OwnSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.sources.own.RANGE", 3)
    mai = settle(MAI)
    for number in range(8):
        tables.named("deliveries").create(subject=mai.keys[0][0], source=f"s{number}", wanted=1)
    with own.snapshot(mai) as snapshot:
        found = [row["source"] for row in snapshot.rows("deliveries")]
    assert found == ["crm", *(f"s{number}" for number in range(8))]


def test_an_erasure_leaves_numbers_alone_and_touches_nobody_else(own: OwnSource) -> None:
    mai, duc = settle(MAI), settle(DUC)
    before = counts()
    erased = own.erase(mai, "R-1")
    assert own.remaining(mai) == {}
    assert erased.done
    assert own.remaining(duc)
    cases = {"case_events", "case_routings", "case_verifications", "cases"}
    children = {"child_reports", "child_matches", "child_holds", "child_rulings"}
    left = {"audit_events", "deletion_targets", "deletions", "legal_holds", "subjects"} | cases | children
    assert counts() == {table: rows if table in left else rows // 2 for table, rows in before.items()}
    assert own.find(Identifier("email", MAI)) == []
    with own.snapshot(mai) as snapshot:
        assert {table for table, rows in snapshot.counts.items() if rows} == {
            "audit_events",
            "child_rulings",
            "deletions",
            "deletion_targets",
            "subjects",
        }
    case = tables.named("cases")
    assert case.select().where(case.subject.is_null()).count() == 4  # and each one's report about somebody else
    assert tables.named("erasure_permits").select().count() == 0


def test_repeating_an_erasure_finds_nothing(own: OwnSource) -> None:
    mai = settle(MAI)
    assert any(own.erase(mai, "R-1").rows.values())
    assert not any(own.erase(mai, "R-1").rows.values())


def test_a_failing_erasure_leaves_everything_as_it_was(own: OwnSource, monkeypatch: pytest.MonkeyPatch) -> None:
    mai = settle(MAI)
    before = counts()
    monkeypatch.setattr(tables.named("accounts"), "delete", lambda: pytest.fail("the last table"))
    with pytest.raises(pytest.fail.Exception):
        own.erase(mai, "R-1")
    assert counts() == before


def test_the_number_of_an_erased_person_is_never_given_to_another(own: OwnSource) -> None:
    mai = settle(MAI)
    own.erase(mai, "R-1")
    assert settle(DUC).keys != mai.keys


def test_everybody_is_listed_with_their_proven_addresses(own: OwnSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.sources.own.RANGE", 1)
    mai, duc = settle(MAI), settle(DUC)
    own.erase(mai, "R-1")
    assert list(own.keys()) == [(mai.keys[0], []), (duc.keys[0], [Identifier("email", DUC)])]


def test_compacting_leaves_no_trace_of_what_was_deleted_in_the_file(own: OwnSource, tmp_path: Path) -> None:
    mai = settle(MAI)
    own.erase(mai, "R-1")
    own.compact()
    if db.is_sqlite():
        files = b"".join(path.read_bytes() for path in tmp_path.glob("portal.db*"))
        assert b"Firefox on Linux" not in files
        assert not (tmp_path / "portal.db-wal").stat().st_size


def test_a_missing_table_is_found_by_the_check(own: OwnSource) -> None:
    assert own.check() == []
    db.database.execute_sql("DROP TABLE tickets")
    assert [finding.table for finding in own.check()] == ["tickets"]


def test_titles_are_said_in_every_language_of_the_site(own: OwnSource) -> None:
    tables = own.manifest.tables
    assert {language for language, _ in tables["accounts"].title.words} == {"en", "vi"}
    assert dict(tables["cases"].column_title("received_at").words) == {"en": "Received at", "vi": "Tiếp nhận lúc"}
    for table in tables.values():
        for column in (column for column in table.columns.values() if column.export):
            assert {language for language, _ in column.title.words} == {"en", "vi"}, column.name


def test_pages_go_back_in_time_and_have_every_row_once(own: OwnSource) -> None:
    mai, _ = settle(MAI), settle(DUC)
    for number in range(5):
        tables.named("deliveries").create(subject=mai.keys[0][0], source=f"s{number}", wanted=1)
    found, after = [], ""
    while True:
        page = own.page(mai, "deliveries", after, 2)
        found.append([row["source"] for row in page.rows])
        if page.after is None:
            break
        after = page.after
    assert found == [["s4", "s3"], ["s2", "s1"], ["s0", "crm"]]
    assert own.page(Person(()), "deliveries").rows == ()
    for table in own.manifest.tables:
        with own.snapshot(mai) as snapshot:
            assert list(own.page(mai, table).rows) == list(snapshot.rows(table))[::-1], table
