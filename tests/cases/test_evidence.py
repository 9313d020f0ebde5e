"""Files from strangers: known by content, cleaned, bounded, encrypted, handed out as attachments, and gone in time."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from portal.cases.cleaning import BadFile, clean
from portal.cases.models import Case, Evidence
from portal.cases.service import evidence, move, open_case
from portal.kernel import clock, crypto
from portal.subjects.models import Subject
from tests.cases.pictures import SECRET, chunk, exif, jpeg, packed, pdf, png, written
from tests.conftest import Portal


def why(data: bytes) -> str:
    with pytest.raises(BadFile) as found:
        clean(data)
    return found.value.why


def test_a_file_is_what_its_content_is() -> None:
    assert clean(png()).media_type == "image/png"
    assert clean(jpeg()).media_type == "image/jpeg"
    assert clean(written(pdf())).media_type == "application/pdf"
    assert why(b"") == "empty"
    for other in (b"MZ\x90\0", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8", b" " + png(), b"PK\x03\x04"):
        assert why(other) == "kind"


def test_where_and_when_a_picture_was_taken_is_gone() -> None:
    texts = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", SECRET) + chunk(b"prIv", SECRET)
    for kept in (clean(jpeg(beside=exif())), clean(png(beside=texts))):
        assert b"GPS" not in kept.data
    assert clean(jpeg(beside=exif())).data == clean(jpeg()).data == jpeg()
    assert clean(png(beside=texts)).data == clean(png()).data == png()


def test_what_hides_behind_the_end_is_cut_off() -> None:
    for polyglot in (png(after=b"PK\x03\x04" + SECRET), jpeg(after=b"<script>alert(1)</script>" + SECRET)):
        assert SECRET not in clean(polyglot).data


@pytest.mark.parametrize("made", [png(), jpeg(), written(pdf())], ids=["png", "jpeg", "pdf"])
def test_a_file_that_was_cut_short_is_refused(made: bytes) -> None:
    for length in range(9, len(made) - 8, max(1, len(made) // 40)):
        assert why(made[:length]) in ("broken", "kind")


def test_bombs_do_not_go_off() -> None:
    assert why(png(40_000, 40_000, pixels=b"")) == "pixels"
    assert why(jpeg(60_000, 60_000)) == "pixels"
    assert why(png(2, 2, pixels=bytes(50_000_000))) == "broken"
    assert why(png(2, 2, pixels=b"\0\0")) == "broken"


def test_a_picture_with_a_wrong_sum_or_header_is_refused() -> None:
    good = png()
    assert why(good[:20] + bytes([good[20] ^ 1]) + good[21:]) == "broken"
    assert why(b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b"")) == "broken"
    assert why(jpeg().replace(b"\xff\xc0", b"\xff\xe5")) == "broken"


def test_a_pdf_tells_no_more_who_wrote_it() -> None:
    kept = clean(written(pdf(2))).data
    assert b"secret" not in kept
    reader = PdfReader(BytesIO(kept))
    assert len(reader.pages) == 2
    assert not reader.metadata


def _acting(name: str) -> bytes:
    made = pdf()
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})
    made.root_object[NameObject(name)] = made._add_object(action)
    return written(made)


def test_a_pdf_that_acts_carries_files_or_is_locked_is_refused() -> None:
    assert why(_acting("/OpenAction")) == "active"
    assert why(_acting("/Hidden")) == "active"
    assert why(_acting("/OpenAction").replace(b"/OpenAction", b"/Open#41ction")) in ("active", "broken")
    with_file = pdf()
    with_file.add_attachment("run.exe", b"MZ")
    assert why(written(with_file)) == "active"
    locked = pdf()
    locked.encrypt("x", algorithm="RC4-128")
    assert why(written(locked)) == "locked"
    assert why(b"%PDF-1.7 nothing of the kind %%EOF") == "broken"


def test_a_pdf_unpacks_no_more_than_it_may_before_it_is_looked_at() -> None:
    """Kilobytes of compressed objects would else take a process its memory, and half a minute."""
    assert clean(packed(streams=3, size=1_000_000)).media_type == "application/pdf"
    assert why(packed(streams=8, size=1_000_000)) == "broken"
    assert why(packed(streams=1, size=8_000_000)) == "broken"


def test_a_pdf_whose_table_of_objects_has_to_be_guessed_is_refused() -> None:
    """Guessing unpacks all that there is; and whoever opens the file may guess otherwise than we do."""
    good = written(pdf())
    assert why(good[: good.rindex(b"startxref")] + b"startxref\n9\n%%EOF") == "broken"


@given(st.binary(max_size=300), st.sampled_from([b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
def test_whatever_comes_is_cleaned_or_refused_by_name(data: bytes, magic: bytes) -> None:
    with suppress(BadFile):
        assert clean(magic + data).data.startswith(magic)


@given(st.text(max_size=200))
def test_a_name_leads_nowhere(name: str) -> None:
    made = evidence.shown(name, 1, "png")
    assert not set(made) & set('/\\\0"\r\n<>')
    assert made.endswith(".png")
    assert 4 < len(made) <= 90
    assert not made.startswith(".")


def test_a_path_is_no_name() -> None:
    assert evidence.shown("../../etc/passwd.exe", 1, "pdf") == "passwd.pdf"
    assert evidence.shown("C:\\Users\\Mai\\letter.final.PDF", 1, "pdf") == "letter-final.pdf"
    assert evidence.shown("...", 2, "png") == "file-2.png"


@given(st.lists(st.binary(max_size=5)), st.integers(1, 9))
def test_what_is_sealed_comes_back_and_a_part_of_it_does_not(chunks: list[bytes], piece: int) -> None:
    key = crypto.new_key()
    whole = b"".join(chunks) * 30
    sealed = b"".join(crypto.sealed(key, [whole[at : at + piece] for at in range(0, len(whole), piece)]))
    assert b"".join(crypto.unsealed(key, [sealed])) == whole
    with pytest.raises(InvalidTag):
        b"".join(crypto.unsealed(key, [sealed[:-1]]))


def test_a_large_file_is_sealed_in_pieces_that_cannot_be_left_out() -> None:
    key, whole = crypto.new_key(), bytes(3 * crypto.PIECE + 7)
    pieces = list(crypto.sealed(key, [whole]))
    assert len(pieces) == 4
    assert b"".join(crypto.unsealed(key, pieces)) == whole
    for left in (pieces[:-1], [pieces[0], *pieces[2:]], [pieces[1], pieces[0], *pieces[2:]]):
        with pytest.raises(InvalidTag):
            b"".join(crypto.unsealed(key, left))


@pytest.fixture
def case(portal: Portal) -> Case:
    return open_case("correction", int(Subject.create().id), approved=False)


def files() -> list[str]:
    return list(evidence.store().names(evidence.FOLDER))


def test_too_many_and_too_large_files_are_refused() -> None:
    with pytest.raises(BadFile) as many:
        evidence.checked([("a.png", png())] * 3, there=3)
    with pytest.raises(BadFile) as large:
        evidence.checked([("a.png", png(after=bytes(evidence.LARGEST)))])
    assert (many.value.why, large.value.why) == ("many", "large")


def test_a_file_lies_encrypted_and_its_key_dies_with_its_row(case: Case) -> None:
    evidence.keep(case, evidence.checked([("letter.png", png(beside=chunk(b"gAMA", bytes(4))))]))
    [row] = evidence.of(case)
    assert b"PNG" not in b"".join(evidence.store().read(row.file))
    found, chunks = evidence.hand_out(case, row.id, "staff:1")
    assert (found.name, b"".join(chunks)[:4]) == ("letter.png", b"\x89PNG")
    Evidence.delete().execute()
    assert len(files()) == 1
    evidence.erase_strays()
    assert files() == []


def test_files_of_closed_cases_and_those_that_never_arrived_go(case: Case, portal: Portal) -> None:
    evidence.keep(case, evidence.checked([("a.png", png())]))
    Evidence.create(
        case=case, name="b", media_type="x", size=1, file="evidence/b", key=crypto.new_key(), due_at=None,
        at=clock.now() - timedelta(hours=2),
    )  # fmt: skip
    evidence.erase_strays()
    portal.drain()
    assert [row.name for row in Evidence.select()] == ["a.png"]
    move(case, "revoked", "cancelled")
    evidence.erase_strays()
    portal.drain()
    assert (Evidence.select().count(), files()) == (0, [])


def test_another_case_hands_nothing_out(case: Case, portal: Portal) -> None:
    from portal.kernel.problems import NotFound

    evidence.keep(case, evidence.checked([("a.png", png())]))
    other = open_case("correction", int(Subject.create().id), approved=False)
    with pytest.raises(NotFound):
        evidence.hand_out(other, evidence.of(case)[0].id, "person")


def test_too_large_a_form_is_refused_before_it_is_read(portal: Portal) -> None:
    from tests.people import member

    mai = member(portal, "everyday")
    for path, size in (("/details/tax_id/review", 27), ("/details/full_name", 2), ("/sign-in", 2)):
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
        answer = mai.browser.client.post(path, data=bytes(size * 1024 * 1024), headers=headers)
        assert answer.status_code == 413, path
