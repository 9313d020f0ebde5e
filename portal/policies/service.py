"""Policy texts: published once from files, never changed afterwards, and named by every choice made under them."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from portal import config
from portal.config import ConfigProblem
from portal.consents import service as consents
from portal.consents.service import Made
from portal.kernel import clean, clock
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.policies.models import PolicyText, number_in_force, texts

NOTICE = "privacy"  # the document that choices are made under
VERSIONS = "versions.toml"  # beside the texts: which versions there are, and the day on which each takes effect
_HEADING = re.compile(r'<h2 id="([^"]+)">(.+?)</h2>', re.DOTALL)


def publish_from(folder: Path) -> int:
    """Publish what `versions.toml` names, each from <document>/<version>.<language>.html; return how many were new.

    Harmless when repeated, and when two processes do it at once. Raises ConfigProblem with one line for the operator,
    and publishes nothing, when a text is missing or is not what was published under its version (RULES C8).
    """
    with atomic():
        return sum([_publish(text) for text in _read(folder)])


def in_force(document: str, language: str) -> PolicyText:
    """Return the text that is in force today; raises NotFound when none is."""
    return _found(texts(document, language).where(PolicyText.effective_from <= today()).first())


def version(document: str, language: str, number: str) -> PolicyText:
    """Return one version; raises NotFound."""
    return _found(texts(document, language).where(PolicyText.version == number).first())


def versions(document: str, language: str) -> list[PolicyText]:
    """Return every version without its text, the newest first."""
    return list(texts(document, language, lists=True))


def sections(text: str) -> list[tuple[str, str]]:
    """Return id and heading of each section that can be linked to; headings are markup without tags."""
    return [(found[1], clean.text(found[2])) for found in _HEADING.finditer(text)]


def choose(
    subject_id: int,
    purpose_id: str,
    state: str,
    language: str,
    source_id: str = "",
    actor: str = "person",
    channel: str = "portal",
) -> int:
    """Record a choice under the notice in force, in the words that the person read; raises UnknownChoice.

    With `source_id` it holds for that system alone.
    """
    return _choose(subject_id, [_made(purpose_id, state, language, source_id)], language, actor, channel)[0]


def choose_all(subject_id: int, states: Mapping[str, str], language: str, actor: str = "person") -> dict[str, int]:
    """Record choices as `choose` does, all or none; return the number of each event by its purpose."""
    made = [_made(name, state, language) for name, state in states.items()]
    return dict(zip(states, _choose(subject_id, made, language, actor), strict=True))


def _made(purpose_id: str, state: str, language: str, source_id: str = "") -> Made:
    words = consents.purpose(purpose_id).wording
    return Made(purpose_id, state, words.get(language) or next(iter(words.values())), source_id)


def _choose(subject_id: int, made: Sequence[Made], language: str, actor: str, channel: str = "portal") -> list[int]:
    newest = number_in_force(NOTICE, language, today())
    if newest is None:
        raise NotFound
    terms = {"notice": NOTICE, "notice_version": newest, "language": language, "actor": actor, "channel": channel}
    numbers = consents.record_all(subject_id, made, **terms)
    return [numbers[one.name] for one in made]


def today() -> date:
    """Return what day it is at the company's seat: a version takes effect at midnight there."""
    return clock.now().astimezone(ZoneInfo(config.site().timezone)).date()


def _found(text: PolicyText | None) -> PolicyText:
    if text is None:
        raise NotFound
    return text


def _read(folder: Path) -> Iterator[PolicyText]:
    try:
        listed = tomllib.loads((folder / VERSIONS).read_text(encoding="utf-8"))
        for document, numbers in listed.items():
            for number, facts in numbers.items():
                for language in config.site().languages:
                    markup = (folder / document / f"{number}.{language}.html").read_text(encoding="utf-8")
                    yield _text(document, number, language, markup, facts["effective_from"])
    except FileNotFoundError as error:
        raise ConfigProblem(f"{error.filename}: this policy text is missing") from error
    except KeyError as error:
        raise ConfigProblem(f"{folder / VERSIONS}: a version has no {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblem(f"{folder / VERSIONS}: {error}") from error


def _text(document: str, number: str, language: str, markup: str, effective_from: date) -> PolicyText:
    shown = clean.policy(markup)
    return PolicyText(
        document=document,
        version=number,
        language=language,
        text=shown,
        sha256=hashlib.sha256(shown.encode()).hexdigest(),
        effective_from=effective_from,
    )


def _publish(text: PolicyText) -> int:
    new = PolicyText.insert(text.__data__).on_conflict_ignore().as_rowcount().execute()
    published = version(text.document, text.language, text.version)
    if (published.sha256, published.effective_from) != (text.sha256, text.effective_from):
        raise ConfigProblem(
            f"policies: version {text.version} of {text.document} ({text.language}) is published and stays as it is; "
            "put the change into a new version"
        )
    return int(new)
