"""PDF checked object by object and written anew: no programs, no forms, no attachments, nothing of who wrote it.

Every object that can be reached is looked at, wherever in the file it was hidden and however its name was spelt; what
cannot be reached is not written. Pages keep their content, fonts and pictures.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import Configuration, PdfReader, PdfWriter, apply_configuration
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from portal.cases.cleaning import jpeg
from portal.cases.cleaning.refusal import BadFile

PAGES, OBJECTS = 100, 20_000
UNPACKED = 4 * 1024 * 1024  # bytes of compressed objects; a file of 5 MB could hold gigabytes
# What acts when the file is opened or touched, fetches something, or carries other files (ISO 32000 §12.6, §7.11, §13).
_ACTS = frozenset(
    "/JS /JavaScript /OpenAction /AA /Launch /EmbeddedFile /EmbeddedFiles /EF /RichMedia /XFA /AcroForm /SubmitForm"
    " /ImportData /GoToR /GoToE /Movie /Sound /Rendition /Collection /3D".split()
)
# What tells who made it, when and with what, or is for programs alone.
_DROPPED = ("/Metadata", "/PieceInfo", "/LastModified", "/Annots", "/StructParents", "/Thumb", "/B", "/PZ", "/ID")

_LIMITS = Configuration(
    zlib_maximum_output_length=UNPACKED,
    lzw_maximum_output_length=UNPACKED,
    run_length_maximum_output_length=UNPACKED,
    brotli_maximum_output_length=UNPACKED,
    jbig2dec_binary=None,
)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would quote the file


class _Bounded(PdfReader):
    """A reader that unpacks objects up to a sum and never guesses where they are: others might guess otherwise."""

    def __init__(self, data: bytes) -> None:
        self._counted, self._left = set[int](), UNPACKED
        super().__init__(BytesIO(data), strict=False)

    def _get_object_from_stream(self, indirect_reference: IndirectObject) -> PdfObject:
        number = int(self.xref_objStm[indirect_reference.idnum][0])
        if number not in self._counted:
            self._counted.add(number)
            packed = IndirectObject(number, 0, self).get_object()
            self._left -= len(packed.get_data()) if isinstance(packed, EncodedStreamObject) else 0
        if self._left < 0:
            raise BadFile("broken")
        return super()._get_object_from_stream(indirect_reference)

    def _rebuild_xref_table(self, stream: Any) -> None:
        raise BadFile("broken")


def clean(data: bytes) -> bytes:
    """Return the pages alone; raises BadFile where the file acts, is locked or is not whole."""
    try:
        with apply_configuration(_LIMITS):
            return _clean(data)
    except BadFile:
        raise
    except RecursionError as error:
        raise BadFile("broken") from error
    except Exception as error:  # a parser of hostile files fails in ways that nobody has listed
        raise BadFile("broken") from error


def _clean(data: bytes) -> bytes:
    if b"%%EOF" not in data[-1024:]:
        raise BadFile("broken")
    reader = _Bounded(data)
    if reader.is_encrypted:
        raise BadFile("locked")
    if not 0 < len(reader.pages) <= PAGES:
        raise BadFile("broken")
    if any(_acts(found) for found in _reachable(reader.trailer)):
        raise BadFile("active")
    return _rewritten(reader)


def _rewritten(reader: PdfReader) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    for page in reader.pages:
        for name in _DROPPED:
            page.pop(NameObject(name), None)
        writer.add_page(page)
    writer.metadata = None
    for found in _reachable(writer.root_object):
        if isinstance(found, DictionaryObject):
            _stripped(found)
    writer.write(written)
    return written.getvalue()


def _stripped(found: DictionaryObject) -> None:
    """Take away what tells who made an object; a photograph in it is written anew as one that came by itself."""
    for name in ("/Metadata", "/PieceInfo", "/LastModified"):
        found.pop(NameObject(name), None)
    if isinstance(found, StreamObject) and found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        found._data = jpeg.clean(found._data)


def _acts(found: Any) -> bool:
    """Tell whether a dictionary has, or is, something that acts."""
    if not isinstance(found, DictionaryObject):
        return False
    kinds = {found.get(name) for name in ("/S", "/Type", "/Subtype")}
    return bool(_ACTS & found.keys()) or bool(_ACTS & {str(kind) for kind in kinds if isinstance(kind, NameObject)})


def _reachable(start: Any) -> Iterator[Any]:
    """Yield every object that can be reached; BadFile where there are too many to look at."""
    waiting, seen, count = [start], set[tuple[int, int]](), 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        if found is None or isinstance(found, NullObject):
            continue
        count += 1
        if count > OBJECTS * 10 or len(seen) > OBJECTS:
            raise BadFile("broken")
        yield found
        if isinstance(found, DictionaryObject | StreamObject):
            waiting.extend(found.raw_get(name) for name in list(found))
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))
