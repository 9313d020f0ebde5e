"""A version is published once and never changes."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.config import ConfigProblem
from portal.consents.models import ConsentEvent
from portal.kernel import clock, db
from portal.kernel.problems import NotFound
from portal.policies import service
from portal.policies.models import PolicyText
from portal.subjects.models import Subject
from tests.consents.conftest import database_url, house, systems  # noqa: F401 - fixtures are found by name

pytestmark = pytest.mark.usefixtures("house")
Folder = dict[str, str]
FIRST = {
    "versions.toml": "[privacy.1]\neffective_from = 2021-07-12\n",
    "privacy/1.en.html": '<h2 id="scope">What &amp; where</h2><p>Words.</p>',
    "privacy/1.vi.html": '<h2 id="scope">Phạm vi</h2><p>Chữ.</p>',
    "privacy/1.en.summary.html": "<p>In short.</p>",
    "privacy/1.vi.summary.html": "<p>Tóm tắt.</p>",
}
SECOND = {
    "versions.toml": FIRST["versions.toml"] + "[privacy.2]\neffective_from = 2026-12-12\n",
    "privacy/2.en.html": "<p>New words.</p>",
    "privacy/2.vi.html": "<p>Chữ mới.</p>",
    "privacy/2.en.summary.html": "<p>What is new.</p>",
    "privacy/2.vi.summary.html": "<p>Điểm mới.</p>",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the first version of one document."""
    return write(tmp_path / "texts", FIRST)


def write(folder: Path, files: Folder) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_each_language_is_published_once(folder: Path) -> None:
    assert [service.publish_from(folder), service.publish_from(folder)] == [2, 0]
    text = service.in_force("privacy", "vi")
    assert text.text == FIRST["privacy/1.vi.html"]
    assert text.sha256 == hashlib.sha256(f"{text.summary}\n{text.text}".encode()).hexdigest()


def test_processes_that_publish_at_once_publish_once(folder: Path) -> None:
    def publish(_: int) -> int:
        try:
            return service.publish_from(folder)
        finally:
            db.database.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(publish, range(4))) == 2


def test_only_clean_markup_is_published(folder: Path) -> None:
    write(folder, {"privacy/1.en.html": '<p onclick="x()">Words<script>bad()</script></p>'})
    service.publish_from(folder)
    text = service.in_force("privacy", "en").text
    assert "onclick" not in text
    assert "<script" not in text


@pytest.mark.parametrize(
    "change", [{"privacy/1.en.html": "<p>Others.</p>"}, {"versions.toml": "[privacy.1]\neffective_from = 2021-07-13\n"}]
)
def test_a_published_version_cannot_change(folder: Path, change: Folder) -> None:
    service.publish_from(folder)
    write(folder, change)
    with pytest.raises(ConfigProblem, match=r"version 1 of privacy \(en\) is published and stays as it is"):
        service.publish_from(folder)
    assert service.in_force("privacy", "en").text == FIRST["privacy/1.en.html"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"versions.toml": "[privacy.1]\n"}, r"privacy\.1: effective_from is None; write its first day"),
        ({"versions.toml": '[privacy.1]\neffective_from = "soon"'}, "effective_from is 'soon'; write its first day"),
        ({"versions.toml": "[privacy]\neffective_from = 2021-07-12"}, r"as \[privacy\.1\]"),
        (
            {"versions.toml": "[imprint.1]\neffective_from = 2021-07-12"},
            "no document; there are privacy, terms, cookies",
        ),
        ({"versions.toml": FIRST["versions.toml"] + 'changes = ["sleep"]'}, "write purposes of site.toml"),
        ({"versions.toml": FIRST["versions.toml"] + "mynor = true"}, "mynor is True; leave it out"),
        ({"versions.toml": "[privacy.1"}, "versions.toml: "),
        (
            {"versions.toml": FIRST["versions.toml"] + "[terms.1]\neffective_from = 2021-07-12\n"},
            "1.en.summary.html is missing; docs/site.md, Policies, shows a first version",
        ),
    ],
)
def test_what_is_wrong_in_the_folder_is_said_in_one_line_and_nothing_published(
    folder: Path, files: Folder, said: str
) -> None:
    write(folder, files)
    with pytest.raises(ConfigProblem, match=said) as problem:
        service.publish_from(folder)
    assert "\n" not in str(problem.value)
    assert PolicyText.select().count() == 0


def test_a_version_takes_effect_at_midnight_where_the_company_is(folder: Path) -> None:
    service.publish_from(write(folder, SECOND))
    for hour, minute, number in ((16, 59, "1"), (17, 0, "2")):
        with clock.stopped(datetime(2026, 12, 11, hour, minute, tzinfo=UTC)):
            assert service.in_force("privacy", "en").version == number
    assert [text.version for text in service.versions("privacy")] == ["2", "1"]
    assert service.version("privacy", "en", "1").text == FIRST["privacy/1.en.html"]


def test_what_there_is_not_is_not_found(folder: Path) -> None:
    service.publish_from(folder)
    for seek in (lambda: service.in_force("terms", "en"), lambda: service.version("privacy", "en", "9")):
        with pytest.raises(NotFound):
            seek()


def test_sections_are_listed_by_what_can_be_linked_to() -> None:
    text = FIRST["privacy/1.en.html"] + "<h2>No place</h2>" + '<h2 id="who">Who <strong>decides</strong></h2>'
    assert service.sections(text) == [("scope", "What &amp; where"), ("who", "Who decides")]


def test_a_choice_is_made_under_the_version_in_force(folder: Path) -> None:
    service.publish_from(write(folder, SECOND))
    subject = Subject.create().id
    with clock.stopped(datetime(2026, 12, 13, tzinfo=UTC)):
        service.choose(subject, "location.level", "off", "vi")
    event = ConsentEvent.get()
    assert (event.notice, event.notice_version, event.language) == ("privacy", "2", "vi")
