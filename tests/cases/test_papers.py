"""Whoever asks for somebody else sends papers: seen by staff alone, and gone with the decision."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from portal.cases.models import Case, Evidence
from portal.cases.service import by_reference, cancel, evidence, handling
from tests.cases.conftest import Stranger
from tests.cases.pictures import SECRET, chunk, png
from tests.people import member, staff


def paper(data: bytes = b"", name: str = "certificate.png") -> tuple[BytesIO, str]:
    return BytesIO(data or png()), name


def send(nam: Stranger, path: str, status: int = 303, **said: Any) -> None:
    answer = nam.browser.client.post(path, data=said, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == status, answer.text


@pytest.fixture
def case(nam: Stranger) -> Case:
    """Nam asks about the account of somebody who died."""
    return nam.ask("deceased", words="My mother has died.")


@pytest.fixture
def path(nam: Stranger, case: Case) -> str:
    return nam.link(r"/requests/R-\S+") + "/papers"


def test_papers_are_sent_listed_taken_back_and_read_by_staff(nam: Stranger, case: Case, path: str) -> None:
    assert "Send papers" in nam.open().text
    handling.wait_for(case, "person", 1)
    send(nam, path, files=[paper(), paper(name="deed.png")])
    page = nam.browser.get(path)
    assert "certificate.png" in page.text
    assert by_reference(case.reference).waiting == "", "staff have what they waited for"
    assert "Papers were sent" in nam.open().text
    row = Evidence.select().order_by(Evidence.id).first()
    send(nam, path, drop=str(row.id))
    assert "certificate.png" not in nam.browser.get(path).text
    sam = staff(nam.portal, "staff")
    shown = sam.browser.get(f"/staff/requests/{case.reference}")
    assert "deed.png" in shown.text
    [kept] = evidence.of(case)
    answer = sam.browser.client.get(f"/staff/requests/{case.reference}/evidence/{kept.id}")
    assert answer.data == png()
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_papers_go_with_the_case(nam: Stranger, case: Case, path: str) -> None:
    send(nam, path, files=[paper()])
    cancel(by_reference(case.reference))
    nam.portal.drain()
    assert not Evidence.select().exists()
    assert list(evidence.store().names(evidence.FOLDER)) == []
    nam.browser.get(path, status=404)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (lambda: [], "Choose a file."),
        (lambda: [paper(b"MZ\x90\0", "certificate.pdf")], "PDF"),
        (lambda: [paper(name=f"{number}.png") for number in range(6)], "5"),
    ],
    ids=["none", "a program", "six"],
)
def test_what_cannot_be_taken_is_said_and_nothing_kept(
    nam: Stranger, path: str, files: Callable[[], list[Any]], says: str
) -> None:
    answer = nam.browser.client.post(path, data={"files": files()}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    assert says in answer.text
    assert not Evidence.select().exists()


def test_five_are_the_most_however_they_come(nam: Stranger, case: Case, path: str) -> None:
    send(nam, path, files=[paper(name=f"{number}.png") for number in range(4)])
    send(nam, path, status=422, files=[paper(), paper()])
    assert evidence.count(case) == 4


def test_files_that_cannot_be_taken_count_as_tries(nam: Stranger, case: Case, path: str) -> None:
    """To look into a file is work, whatever comes of it."""
    for _ in range(10):
        send(nam, path, 422, files=[paper(b"%PDF- no such file")])
    send(nam, path, 429, files=[paper()])
    assert Evidence.select().count() == 0


def test_no_photo_says_where_it_was_taken(nam: Stranger, case: Case, path: str) -> None:
    send(nam, path, files=[paper(png(beside=chunk(b"tEXt", b"Comment\0" + SECRET)))])
    [kept] = evidence.of(case)
    _, chunks = evidence.hand_out(case, kept.id, "staff:1")
    assert SECRET not in b"".join(chunks)


def test_only_whoever_acts_for_somebody_sends_papers(nam: Stranger) -> None:
    nam.ask("restriction")
    nam.browser.get(nam.link(r"/requests/R-\S+") + "/papers", status=404)


def test_whom_it_is_about_sees_none_of_them(nam: Stranger, case: Case, path: str) -> None:
    send(nam, path, files=[paper()])
    mai = member(nam.portal, "everyday")
    Case.update(subject=mai.subject).where(Case.id == case.id).execute()
    page = mai.browser.get(f"/requests/{case.reference}")
    assert "certificate.png" not in page.text
    assert "Send papers" not in page.text
    mai.browser.get(f"/requests/{case.reference}/papers", status=404)
