"""From draft to in force: when a version may begin, and how one that is not wanted any more ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from portal import config
from portal.consents import service as consents
from portal.hooks import service as hooks
from portal.kernel import clock
from portal.kernel.db import atomic
from portal.kernel.problems import N_, NotNow, Problem
from portal.kernel.work import wake_table
from portal.notices import mailing
from portal.policies.models import DRAFT, IN_FORCE, RETIRED, SCHEDULED, PolicyVersion, published
from portal.policies.service import answering, states
from portal.policies.service.drafting import Draft, draft
from portal.policies.service.reading import NOTICE, sections


class Unfinished(Problem):
    """A draft that lacks a text, a summary or sections in a language; facts: `language`."""

    status, code = 422, "policy-unfinished"
    say = N_("This version is not complete in every language: %(language)s is missing something.")
    then = N_("Write text and summary in each language, with at least one section. Nothing was published.")


class TooSoon(Problem):
    """A first day that leaves people too little time, or lies before another version's; facts: `day`."""

    status, code = 422, "policy-too-soon"
    say = N_("It can begin on %(day)s at the earliest, so that people know of it in advance.")
    then = N_("Choose that day or a later one. Nothing was published.")


def missing(found: Draft) -> list[str]:
    """Return the languages in which a version lacks its text, its summary or a section."""
    there = {code: text for code, text in found.texts.items() if text.summary and sections(text.text)}
    return [code for code in config.site().languages if code not in there]


def earliest(version: PolicyVersion) -> date:
    """Return the first day on which a draft may begin: people know of it before, but for a minor change (RULES C8)."""
    notice = timedelta(days=0 if version.minor else config.site().policy_notice_days)
    days = [one.begins for one in published(version.document) if not one.is_withdrawn]
    return max([clock.today() + notice, *(day + timedelta(days=1) for day in days)])


def schedule(number: int, effective_from: date, changes: Iterable[str], by: int) -> PolicyVersion:
    """Publish a draft: from then on it stays as it is, people are told of it, and it begins on its day.

    `changes` names the purposes, or what they are a part of, that mean something else under it: they stop for whoever
    has not accepted it by then. Raises NotNow when it is no draft any more, Unfinished, TooSoon, UnknownChoice.
    """
    named = sorted(set(changes))
    for about in named:
        if not consents.covered(about):
            raise consents.UnknownChoice(purpose=about)
    with atomic():
        version = _ready(number, effective_from)
        facts = {"effective_from": effective_from, "changes": " ".join(named), "asks": not version.minor}
        now = clock.now()
        told = now if version.minor else None
        states.move(version, SCHEDULED, f"staff:{by}", **facts, scheduled_at=now, due_at=now, told_at=told)
        hooks.published(version.document, version.version, effective_from, named, _url(version))
        if effective_from <= clock.today():
            states.settle(version.document, clock.today(), f"staff:{by}")
        answering.look_anew()
        wake_table(PolicyVersion)
    return version


def _ready(number: int, effective_from: date) -> PolicyVersion:
    """Return a draft that may be published to begin on a day; raises NotNow, Unfinished, TooSoon."""
    found = draft(number)
    if found.version.state != DRAFT:
        raise NotNow
    if lacking := missing(found):
        raise Unfinished(language=lacking[0])
    if effective_from < (first := earliest(found.version)):
        raise TooSoon(day=first)
    return found.version


def withdraw(number: int, by: int) -> None:
    """Take a version back before it begins, and tell nobody more of it; raises NotNow once it has begun."""
    with atomic():
        version = draft(number).version
        if version.state != SCHEDULED or version.begins <= clock.today():
            raise NotNow
        states.move(version, RETIRED, f"staff:{by}", ended_on=version.effective_from, due_at=None)
        mailing.drop(name(version))
        answering.look_anew()


def retire(number: int, by: int) -> None:
    """End a document that is in force, from today on, without another one; raises NotNow.

    The notice that choices are made under cannot end so: only a new version takes its place.
    """
    with atomic():
        version = draft(number).version
        if version.state != IN_FORCE or version.document == NOTICE:
            raise NotNow
        states.move(version, RETIRED, f"staff:{by}", ended_on=clock.today())
        answering.look_anew()


def _url(version: PolicyVersion) -> str:
    """Return where a version is read."""
    page = "privacy-policy" if version.document == NOTICE else version.document
    return f"{config.site().base_url}/{page}/versions/{version.version}"


def name(version: PolicyVersion) -> str:
    """Return what the mailing of a version is called."""
    return mailing_of(version.document, version.version)


def mailing_of(document: str, version: str) -> str:
    """Return what the mailing of a version is called, by its document and number."""
    return f"policy:{document}:{version}"
