"""`portal import` takes in what was recorded elsewhere, says of each bad row why, and twice adds nothing."""

from __future__ import annotations

import argparse
import json
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.cli import importing
from portal.cli.importing import files, shapes
from portal.config import ConfigProblem
from portal.consents import service as consents
from portal.consents.models import ConsentEvent, Remembered
from portal.kernel import audit
from portal.kernel.audit import AuditEvent
from portal.policies import service as policies
from portal.subjects import naming
from tests.cli.conftest import Command
from tests.conftest import Portal
from tests.people import member

EVENTS = "marketing.events.email"
HEADER = "email,purpose,channel,state,at,recorded_in\n"
SAID = datetime(2024, 3, 2, 2, 30, tzinfo=UTC)


class Import:
    """The command in a house that is open, over a file that a test writes."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys, self.problems = folder, capsys, dict[int, str]()

    def run(
        self, text: str | bytes, kind: str = "consents", name: str = "file.csv", **options: object
    ) -> dict[str, int]:
        """Take a file in and return what came of it; `code` is how the command ended."""
        file = self._folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        usual = {"source": "", "dry_run": False, "all_or_nothing": False, "json": True}
        code = importing.carry_out(argparse.Namespace(kind=kind, file=file, **{**usual, **options}))
        *refused, end = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        self.problems = {one["line"]: one["refused"] for one in refused}
        return {**end, "code": code}


@pytest.fixture
def take(portal: Portal, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    """The command."""
    return Import(tmp_path, capsys)


def counts(outcome: dict[str, int]) -> tuple[int, ...]:
    return tuple(outcome[name] for name in ("rows", "known", "kept", "already", "refused", "code"))


def test_what_was_agreed_to_comes_in_with_its_own_date(portal: Portal, take: Import) -> None:
    mai = member(portal, "everyday")
    text = HEADER + f"{mai.email.upper()},marketing.events,email,on,2024-03-02T09:30:00+07:00,crm\n"
    assert counts(take.run(text)) == (1, 1, 0, 0, 0, 0)
    [event] = consents.history(mai.subject, EVENTS).choices
    assert (event.state, event.said_at, event.origin, event.actor) == ("on", SAID, "crm", consents.FILE)
    assert consents.may(mai.subject, EVENTS)
    assert counts(take.run(text)) == (1, 0, 0, 1, 0, 0), "twice adds nothing"
    page = mai.browser.get("/receipts").text
    assert "As recorded in Smartos CRM on 2 March 2024" in page
    assert "As recorded in Smartos CRM on 2 March 2024" in mai.browser.get(f"/receipts/{event.record}").text
    ended = AuditEvent.select().where(AuditEvent.name == "consents.import_ended").order_by(AuditEvent.id)
    assert [event.keys["added"] for event in ended] == [1, 0]
    audit.seal()
    assert audit.verify().is_whole


def test_a_yes_never_goes_over_a_no_that_was_given_here(portal: Portal, take: Import) -> None:
    mai = member(portal, "everyday")
    policies.choose(mai.subject, EVENTS, "off", "en")
    assert take.run(HEADER + f"{mai.email},{EVENTS},,on,2099-01-01,crm\n")["refused"] == 1
    assert counts(take.run(HEADER + f"{mai.email},{EVENTS},,on,2024-01-01,crm\n")) == (1, 1, 0, 0, 0, 0)
    assert not consents.may(mai.subject, EVENTS)


def test_whom_nobody_knows_is_kept_without_their_address_until_they_come(portal: Portal, take: Import) -> None:
    text = "email,purpose,channel,at\nkim@example.com,marketing,email,2024-03-02\nkim@example.com,,sms,2024-03-02\n"
    outcome = take.run(text, "suppressions", source="mailer")
    assert (outcome["rows"], outcome["known"], outcome["refused"]) == (2, 0, 0)
    assert outcome["kept"] == Remembered.select().count() == len({row.purpose for row in Remembered.select()})
    assert {row.purpose.rpartition(".")[2] for row in Remembered.select()} == {"email", "sms"}
    assert "kim@" not in str(list(Remembered.select().dicts()))
    assert counts(take.run(text, "suppressions", source="mailer"))[1:4] == (0, 0, outcome["kept"])
    kim = member(portal, "kim@example.com", found=False)
    assert consents.welcome_newcomers() == outcome["kept"]
    policies.choose(kim.subject, "marketing.surveys.email", "on", "en")
    assert [consents.may(kim.subject, name) for name in (EVENTS, "marketing.surveys.email")] == [False, True]
    assert "As recorded in mailer on 2 March 2024" in kim.browser.get("/receipts").text


def test_acceptances_end_the_question_and_what_a_refusal_stopped(portal: Portal, take: Import) -> None:
    mai, number = member(portal, "everyday"), policies.versions("privacy")[0].version
    text = json.dumps({"email": mai.email, "document": "privacy", "version": number, "at": "2024-03-02"})
    assert counts(take.run(f"\n{text}\n\n", "acceptances", "x.ndjson", source="crm")) == (1, 1, 0, 0, 0, 0)
    standing = consents.standing(mai.subject)[f"policy.privacy.{number}"]
    assert (standing.state, standing.origin) == ("accepted", "")


def test_each_bad_row_is_named_with_its_line_and_the_others_go_in(portal: Portal, take: Import) -> None:
    rows = [
        "kim@example.com,marketing.events,email,on,2024-03-02,crm",
        "kim,marketing.events,email,on,2024-03-02,crm",
        "kim@example.com,marketing.evnets,email,on,2024-03-02,crm",
        "kim@example.com,marketing.events,telegram,on,2024-03-02,crm",
        "kim@example.com,marketing.events,email,maybe,2024-03-02,crm",
        "kim@example.com,marketing.events,email,on,tomorrow,crm",
        "kim@example.com,marketing.events,email,on,2999-01-01,crm",
        "kim@example.com,marketing.events,email,on,1970-01-01,crm",
        "kim@example.com,marketing.events,email,on,2024-03-02,=cmd|calc",
        "kim@example.com,marketing.events,email,on,2024-03-02,cr\0m",
        "kim@example.com,marketing.events,email,on,2024-03-02,",
        "kim@example.com,marketing.events,email,on,2024-03-02,portal",
        "kim@example.com,marketing.events",
        "",
        ",marketing.events,email,on,2024-03-02,crm",
        "kim@example.com,marketing.events,email,on,2024-03-02," + "x" * files.LONGEST,
        f"kim@example.com,{'marketing.' * 20}events,email,on,2024-03-02,crm",
        "lan@example.com,marketing.events,email,off,2024-03-02,crm",
    ]
    outcome = take.run(HEADER + "\n".join(rows) + "\n")
    assert counts(outcome) == (17, 0, 2, 0, 15, 1)
    assert set(take.problems) == set(range(3, 15)) | {16, 17, 18}
    for line, said in {
        3: "email is no address",
        4: f"near to it: {EVENTS}",
        5: "'marketing.events.telegram' is unknown",
        6: "write one of: off, on",
        7: "at is no date",
        8: "at lies in the future",
        9: "at is before 1990",
        10: "takes for a formula",
        11: "control character",
        12: "give --source",
        13: "not 'portal'",
        14: "2 values, and the header names 6 columns",
        16: "either an email or a phone",
        17: "longer than",
        18: "purpose is longer than 96",
    }.items():
        assert said in take.problems[line]
    assert "kim" not in json.dumps(take.problems), "no address is printed"


@pytest.mark.parametrize("kind", ["suppressions", "acceptances"])
def test_what_the_site_does_not_know_is_named_with_what_it_knows(portal: Portal, take: Import, kind: str) -> None:
    text = {
        "suppressions": "phone,purpose,at\n+84901234567,markting,2024-03-02\n",
        "acceptances": "email,document,version,at\nkim@example.com,privacy,0.0,2024-03-02\n"
        "kim@example.com,licence,1,2024-03-02\n",
    }[kind]
    assert take.run(text, kind, source="crm")["code"] == 1
    said = " ".join(take.problems.values())
    assert ("near to it: marketing" in said) if kind == "suppressions" else ("no version '0.0'; there are: " in said)
    if kind == "acceptances":
        assert "'licence' is unknown; there are: privacy, terms" in said


def test_all_or_nothing_takes_nothing_in_if_a_row_is_bad(portal: Portal, take: Import) -> None:
    good, bad = f"kim@example.com,{EVENTS},,on,2024-03-02,crm\n", f"kim@example.com,{EVENTS},,on,soon,crm\n"
    outcome = take.run(HEADER + good + bad, all_or_nothing=True)
    assert (counts(outcome), outcome["taken_in"]) == ((2, 0, 0, 0, 1, 1), False)
    assert list(take.problems) == [3]
    assert Remembered.select().count() == 0
    assert counts(take.run(HEADER + good, all_or_nothing=True)) == (1, 0, 1, 0, 0, 0)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(portal: Portal, take: Import) -> None:
    mai = member(portal, "everyday")
    text = HEADER + f"{mai.email},{EVENTS},,on,2024-03-02,crm\nkim@example.com,{EVENTS},,on,2024-03-02,crm\n"
    before = AuditEvent.select().count()
    outcome = take.run(text, dry_run=True)
    assert (counts(outcome), outcome["taken_in"]) == ((2, 1, 1, 0, 0, 0), False)
    assert Remembered.select().count() == 0
    assert AuditEvent.select().count() == before
    assert not consents.may(mai.subject, EVENTS)


def test_spreadsheets_of_every_habit_are_read(portal: Portal, take: Import) -> None:
    semicolons = (
        "\ufeffEmail; Purpose;state;at;recorded_in;wording\r\n"
        '"kim@example.com";{0};on;2024-03-02;crm;"Yes,\r\nplease"\r\n'
    )
    assert counts(take.run(semicolons.format(EVENTS))) == (1, 0, 1, 0, 0, 0)
    assert Remembered.get().wording == "Yes,\r\nplease"
    tabs = "email\tpurpose\tstate\tat\trecorded_in\nlan@example.com\t{0}\ton\t2024-03-02 09:30\tcrm"
    assert counts(take.run(tabs.format(EVENTS))) == (1, 0, 1, 0, 0, 0)
    latin = HEADER.encode() + f"kim@example.com,{EVENTS},,on,2024-03-02,café\n".encode("latin-1")
    assert take.run(latin)["refused"] == 1
    assert "is not UTF-8" in take.problems[2]
    unclosed = HEADER + f'"kim@example.com,{EVENTS},,on,2024-03-02,crm\n' + "x\n" * files.LONGEST
    assert take.run(unclosed)["code"] == 1
    assert "a quote is not closed" in take.problems[2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "no JSON object"),
        ('{"email": 1, "purpose": "x", "state": "on", "at": "x"}', "email is not text"),
        ('{"mail": "x"}', "the member 'mail' is unknown"),
        ("[" * 10_000, "no JSON"),
        ("nothing", "no JSON"),
        ('{"x": "' + "x" * files.LONGEST + '"}', "longer than"),
    ],
)
def test_lines_of_json_that_cannot_be_meant_are_named(portal: Portal, take: Import, line: str, said: str) -> None:
    assert take.run(f"{line}\n", name="x.jsonl", source="crm")["code"] == 1
    assert said in take.problems[1]


def test_a_header_that_cannot_be_meant_ends_it_before_anything_is_taken_in(
    portal: Portal, environ: dict[str, str], command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    for header, said in {
        "email,state,at": "no column purpose",
        "email,purpose,state,at,chanel": "'chanel' is unknown",
        "email,purpose,state,at,at": "'at' is there twice",
        "": "no column purpose",
    }.items():
        file.write_text(f"{header}\nkim@example.com,{EVENTS},on,2024-03-02\n", encoding="utf-8")
        with pytest.raises(ConfigProblem, match=said):
            list(files.rows(file, shapes.KINDS["consents"].columns, shapes.KINDS["consents"].needed))
    done = command("import", "consents", str(file), environ=environ)
    assert (done.returncode, done.stdout) == (2, "")
    file.write_text(f"{HEADER}kim@example.com,{EVENTS},,on,2024-03-02,crm\nkim,,,,,\n", encoding="utf-8")
    done = command("import", "consents", str(file), environ=environ)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "2 rows: 0 new for people known here, 1 kept until their people come, 0 there already"
    )
    assert done.stderr.startswith("line 3: email is no address")


def test_a_long_file_is_read_in_memory_that_does_not_grow(tmp_path: Path) -> None:
    file, kind = tmp_path / "long.csv", shapes.KINDS["consents"]

    def most(rows: int) -> int:
        with file.open("w", encoding="utf-8") as written:
            written.write(HEADER)
            written.writelines(f"nr{row}@example.com,{EVENTS},,on,2024-03-02,crm\n" for row in range(rows))
        tracemalloc.start()
        read = sum(1 for _ in files.rows(file, kind.columns, kind.needed))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read == rows
        return peak

    assert most(40_000) < most(2_000) * 1.5


DOCS = Path(__file__).parents[2] / "docs" / "imports.md"


def examples() -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and text of each example in the documents."""
    for found in re.finditer(
        r"<!-- example: (\w+) (\S+) -->\n```\w*\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S
    ):
        kind, name, text = found.groups()
        yield kind, name, text


def test_the_examples_of_the_documents_are_taken_in_as_they_stand(portal: Portal, take: Import) -> None:
    found = list(examples())
    assert {kind for kind, _, _ in found} == set(shapes.KINDS)
    for kind, name, text in found:
        outcome = take.run(text, kind, name, source="crm")
        assert (outcome["refused"], outcome["code"]) == (0, 0), take.problems
        assert outcome["kept"] > 0


def test_the_documents_name_every_column(portal: Portal) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for kind, shape in shapes.KINDS.items():
        table = text.partition(f"## {kind.capitalize()}")[2].partition("\n## ")[0]
        common = text.partition("## Columns of every file")[2].partition("\n## ")[0]
        named = set(re.findall(r"^\| `(\w+)` ", table + common, re.M))
        assert named == shape.columns


def test_a_person_named_twice_in_a_portion_keeps_every_word(portal: Portal, take: Import) -> None:
    mai = member(portal, "everyday")
    rows = [f"{mai.email},{EVENTS},,{state},2024-0{month}-02,crm" for month, state in enumerate(["on", "off", "on"], 1)]
    assert counts(take.run(HEADER + "\n".join(rows))) == (3, 3, 0, 0, 0, 0)
    assert ConsentEvent.select().where(ConsentEvent.purpose == EVENTS, ConsentEvent.origin == "crm").count() >= 3
    assert naming.one(naming.by_email(mai.email))[0].subject == mai.subject
    assert consents.may(mai.subject, EVENTS), "of one origin the newest word counts"
