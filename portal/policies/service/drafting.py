"""Drafts: a version that staff write before anybody is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from portal import config
from portal.kernel import audit
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotFound, NotNow, Problem
from portal.policies.models import DRAFT, PolicyText, PolicyVersion, published, texts_of
from portal.policies.service import markup
from portal.policies.service.reading import DOCUMENTS

LONGEST = 400_000  # characters of one text

audit.declare("policies.drafted", "document", "version")
audit.declare("policies.written", "document", "version", "language")
audit.declare("policies.dropped", "document", "version")


class Changed(Problem):
    """Somebody else has saved this text meanwhile."""

    status, code = 409, "policy-changed-meanwhile"
    say = N_("Somebody else has saved this text since you opened it.")
    then = N_("Keep a copy of what you wrote, open the draft again and put it in there. Nothing was saved.")


@dataclass(frozen=True)
class Draft:
    """A version as staff see it, with its texts by language; published ones too."""

    version: PolicyVersion
    texts: dict[str, PolicyText]

    @property
    def editable(self) -> bool:
        """Tell whether it may still be changed."""
        return bool(self.version.state == DRAFT)


def create(document: str, minor: bool, by: int) -> PolicyVersion:
    """Begin a draft with the texts of the newest version; a minor change gets the next number behind the point.

    Raises NotFound for a document that there is not, NotNow while there is a draft of it already.
    """
    if document not in DOCUMENTS:
        raise NotFound
    with atomic():
        known = PolicyVersion.select().where(PolicyVersion.document == document)
        if known.where(PolicyVersion.state == DRAFT).exists():
            raise NotNow
        newest = next(iter(published(document)), None)
        number = _next([row.version for row in known], newest.version if newest and minor else "")
        made: PolicyVersion = PolicyVersion.create(document=document, version=number, minor=minor, due_at=None)
        for text in texts_of(newest).values() if newest else ():
            PolicyText.create(**{**text.__data__, "id": None, "version": number})
        audit.record("policies.drafted", actor=f"staff:{by}", document=document, version=number)
    return made


def draft(number: int) -> Draft:
    """Return a version with its texts; raises NotFound."""
    version = PolicyVersion.get_or_none(PolicyVersion.id == number)
    if version is None:
        raise NotFound
    return Draft(version, texts_of(version))


def drafts() -> list[PolicyVersion]:
    """Return every version of every document, the newest first."""
    return list(PolicyVersion.select().order_by(PolicyVersion.id.desc()))


def write(number: int, language: str, summary: str, text: str, seen: str, by: int) -> PolicyText:
    """Keep a draft's text in one language, cleaned; `seen` is the fingerprint of what was changed, "" for nothing.

    Raises NotFound for no such draft or language, NotNow when it is no draft any more, Changed when somebody else has
    saved another text meanwhile.
    """
    if language not in config.site().languages:
        raise NotFound
    clean_summary, clean_text = markup.kept(summary[:LONGEST]), markup.kept(text[:LONGEST])
    print_ = markup.fingerprint(clean_summary, clean_text)
    with atomic():
        found = draft(number)
        if not found.editable:
            raise NotNow
        before = found.texts.get(language)
        if (before.sha256 if before else "") not in (seen, print_):
            raise Changed
        named = {"document": found.version.document, "version": found.version.version, "language": language}
        row = before or PolicyText(**named)
        row.summary, row.text, row.sha256 = clean_summary, clean_text, print_
        row.save()
        audit.record_each("policies.written", [named], actor=f"staff:{by}")
    return row


def drop(number: int, by: int) -> None:
    """Throw a draft away; raises NotFound, and NotNow when it is no draft any more."""
    with atomic():
        found = draft(number)
        if not found.editable:
            raise NotNow
        for text in found.texts.values():
            text.delete_instance()
        found.version.delete_instance()
        named = {"document": found.version.document, "version": found.version.version}
        audit.record_each("policies.dropped", [named], actor=f"staff:{by}")


def _next(taken: list[str], minor_of: str) -> str:
    """Return the next free number: 4 after 3 and 3.2, or for a minor change of 3.1 then 3.2."""
    whole, _, part = (minor_of or max(("0", *taken), key=_order)).partition(".")
    if not minor_of:
        return str(int(whole) + 1) if whole.isdecimal() else f"{whole}-2"
    places = [int(one.partition(".")[2] or 0) for one in taken if one.partition(".")[0] == whole and _counted(one)]
    return f"{whole}.{max([int(part or 0), *places]) + 1}"


def _counted(number: str) -> bool:
    return number.replace(".", "", 1).isdecimal()


def _order(number: str) -> tuple[int, int]:
    whole, _, part = number.partition(".")
    return (int(whole), int(part or 0)) if _counted(number) else (0, 0)
