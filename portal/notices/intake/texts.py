"""What somebody wrote in a mail: plain text, without what they quote, and never a file."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message as Mail
from html.parser import HTMLParser
from itertools import islice

_SILENT = frozenset({"script", "style", "head", "title", "blockquote", "template"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"})
_KEPT = frozenset("\n\t\u200c\u200d")  # line, tab, and what joins letters and signs that belong together
_BLANK = re.compile(r"\n{3,}")
_OLD = re.compile(r"^\s*(-{2,}\s*(Original Message|Forwarded message)\s*-{2,}|_{20,})\s*$", re.IGNORECASE)
_INTRODUCES = re.compile(r"\b(wrote|viết|schrieb|écrit)\b.*:\s*$")
_BEGINS = re.compile(r"(On|Vào|Am|Le)\s.*\d")
_PARTS = 300  # that are looked at
_BYTES = 50_000  # of one part: more than anybody writes, and little enough for what takes the square of its length
_LINE, _HEADER = 500, 10_000  # characters of a line that introduces a quotation, and of a header that is read
_DECLARED = re.compile(r"<[!?][^<>]{0,4000}>")
_LOOSE = re.compile(r"<(?![^<>]{0,4000}>)")


def written(mail: Mail) -> tuple[str, int]:
    """Return what was written, and how many files came with it and were left out."""
    plain, html, files = "", "", 0
    for part in islice(mail.walk(), _PARTS):
        if part.is_multipart():
            continue
        if not is_short(part):
            files += 1
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or part.get_filename() or not kind.startswith("text/"):
            files += 1
        elif kind == "text/html":
            html = html or _decoded(part)
        elif kind == "text/plain":
            plain = plain or _decoded(part)
    return unquoted(tidy(plain if plain.strip() else _read(html))), files


def is_short(part: Mail) -> bool:
    """Tell whether the headers of a part are of a length that somebody's mail program writes."""
    return all(len(str(value)) <= _HEADER for value in part.values())


def tidy(text: str) -> str:
    """Return text composed (NFC), without control and direction signs, with at most one line blank in a row."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        sign for sign in lines if sign in _KEPT or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return _BLANK.sub("\n\n", unicodedata.normalize("NFC", kept)).strip()


def unquoted(text: str) -> str:
    """Return text without what stands below it of the mail that it answers, and the line that introduces that."""
    lines = text.split("\n")
    cut = next((place for place, line in enumerate(lines) if _OLD.match(line)), len(lines))
    lines = lines[:cut]
    quotes = False
    while lines and (not lines[-1].strip() or lines[-1].startswith(">")):
        quotes = lines.pop().startswith(">") or quotes
    if quotes and lines and len(lines[-1]) <= _LINE and _INTRODUCES.search(lines[-1]):
        lines.pop()
        if lines and _BEGINS.match(lines[-1]):  # it was broken in two
            lines.pop()
    return "\n".join(lines).strip()


def _decoded(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[:_BYTES]
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


class _Reader(HTMLParser):
    """Reads what a person would: no script, no style, and not the mail that is quoted."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def _sound(html: str) -> str:
    """Return HTML without comments, and with each < that begins no tag written out.

    Of fifty thousand bytes without a single > the library's parser else takes minutes.
    """
    kept, at = list[str](), 0
    while (begin := html.find("<!--", at)) >= 0:
        kept.append(html[at:begin])
        end = html.find("-->", begin)
        at = len(html) if end < 0 else end + len("-->")
    kept.append(html[at:])
    return _LOOSE.sub("&lt;", _DECLARED.sub("", "".join(kept)))


def _read(html: str) -> str:
    reader = _Reader()
    reader.feed(_sound(html))
    reader.close()
    return "".join(reader.words)
