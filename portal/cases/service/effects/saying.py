"""Writing into the ledger what a request stops, and reading what it did: what the other drawers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal import config
from portal.cases.models import Case
from portal.cases.service import notifying
from portal.consents import service as consents
from portal.consents.service import OBJECTION, RESTRICTION, Choice, Made
from portal.kernel.problems import N_
from portal.web import words

MARKETING = "marketing"
KINDS = frozenset({"restriction", "objection", "withdrawal"})
USE_GONE = "use is gone"
_WORDS = {
    "restriction": N_("My data is stored only, until it is clear what may be done with it."),
    "objection": N_("I object to this use of my data."),
    "withdrawal": N_("I take this consent back."),
    "correction": N_("My data is stored only while you check what I say is wrong."),
}


def absolute(about: str) -> bool:
    """Tell marketing, to which an objection cannot be refused."""
    return about == MARKETING or about.startswith(f"{MARKETING}.")


def say(case: Case, states: Mapping[str, str], actor: str) -> None:
    """Append what a request has come to, by reserved name."""
    if states:
        language = _language(case)
        wording = words.of(language).say(_WORDS.get(case.kind, _WORDS["restriction"]))
        terms = {"case": case.reference, "wording": wording, "language": language, "actor": actor}
        consents.say_no(case.subject_id, states, **terms, channel=case.channel)


def switch_off(case: Case, about: Iterable[str]) -> None:
    """Take consents back, as the person could with a switch."""
    known = config.site().purposes
    names = dict.fromkeys(name for one in about for name in consents.covered(one))
    made = [Made(name, known[name].states[0], known[name].wording[_site_language(case)]) for name in names]
    if made:
        terms = {"notice": consents.REQUEST, "notice_version": case.reference, "language": _language(case)}
        consents.record_all(case.subject_id, made, actor="person", channel=case.channel, **terms)


def mine(case: Case) -> dict[str, Choice]:
    """Return what a case has stopped or did stop, by its name in the ledger."""
    if not case.subject_id:
        return {}
    found = consents.of_case(consents.standing(case.subject_id), case.reference)
    return {name: choice for name, choice in found.items() if name == RESTRICTION or name.startswith(OBJECTION)}


def _language(case: Case) -> str:
    to = notifying.recipient(case)
    return case.language or (to.language if to else config.site().languages[0])


def _site_language(case: Case) -> str:
    language = _language(case)
    return language if language in config.site().languages else config.site().languages[0]
