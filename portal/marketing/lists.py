"""Lists that mail is sent to, and the way off one of them that needs nothing but the address in the mail (RFC 8058).

The address holds person and list, encrypted: nobody can make one up, no table holds any, and none runs out.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag

from portal import config
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.kernel import crypto
from portal.kernel.problems import N_
from portal.marketing import leaving
from portal.marketing.service import Pair, one
from portal.notices import preferences
from portal.subjects import service as subjects
from portal.web import words

NO_MORE = N_("You get this because you switched it on: %(what)s. No more of it, with one click: %(url)s")
CHOOSE = N_("Choose what else may be sent to you, without signing in: %(url)s")
_CONTEXT = "unsubscribe"


class Membership(NamedTuple):
    """Somebody on a list."""

    subject: int
    pair: Pair


def address(subject_id: int, pair: Pair) -> str:
    """Return where one person gets off one list; opaque, and good for as long as both are there (RULES M7)."""
    text = json.dumps([subject_id, pair.id])
    token = urlsafe_b64encode(crypto.encrypt(text, _CONTEXT)).decode().rstrip("=")
    return f"{config.site().base_url}/unsubscribe/{token}"


def headers(subject_id: int, pair: Pair) -> dict[str, str]:
    """Return the headers of a mail to a list; DKIM has to cover the first two (RFC 8058 §3.1, RFC 2919)."""
    return {
        "List-Unsubscribe": f"<{address(subject_id, pair)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"{_title(pair)}<{pair.topic.id}.{pair.channel.id}.{urlsplit(config.site().base_url).hostname}>",
    }


def every_choice(subject_id: int) -> str:
    """Return where a person chooses all that may be sent to them, without signing in; "" without an account."""
    account = subjects.account_of(subject_id)
    return preferences.address(account) if account is not None else ""


def feet(pair: Pair, off: str, every: str) -> dict[str, str]:
    """Return, by language, what stands at the end of a message to a list: how to have no more of it (RULES M9).

    `off` is the way off the list, `every` where all is chosen.
    """
    return {language: _foot(language, pair, off, every) for language in config.site().languages}


def label(pair: Pair) -> str:
    """Return what the subject or text of a message to a list begins with, "" where it does not advertise (RULES M9)."""
    return config.site().label if pair.topic.advertises else ""


def _title(pair: Pair) -> str:
    """Return how a list is called before its id, "" where that would have to be encoded (RULES M8)."""
    title = pair.purpose.title[config.site().languages[0]]
    return f"{title} " if title.replace(" ", "").replace("-", "").isalnum() and title.isascii() else ""


def _foot(language: str, pair: Pair, off: str, every: str) -> str:
    said = words.of(language, config.site().timezone)
    lines = [said.say(NO_MORE, what=pair.purpose.title[language], url=off)]
    return "\n".join([*lines, said.say(CHOOSE, url=every)] if every else lines)


def opened(token: str) -> Membership:
    """Return whom and which list an address is about; NoList for one that was made up, or whose person is gone."""
    try:
        text = crypto.decrypt(urlsafe_b64decode(token + "=" * (-len(token) % 4)), _CONTEXT)
    except (ValueError, KeyError, InvalidTag) as error:
        raise leaving.NoList from error
    subject_id, name = json.loads(text)
    if subjects.account_of(subject_id) is None:
        raise leaving.NoList
    return Membership(subject_id, _offered(name))


def leave(token: str, language: str) -> tuple[Membership, Choice]:
    """Take somebody off a list; return them with the choice that counts. Doing it again is harmless (RULES M5).

    Raises NoList; TooManyTries where one address is called on and on.
    """
    found = opened(token)
    return found, leaving.leave(found.subject, [found.pair], language, token)[found.pair.id]


def _offered(name: str) -> Pair:
    try:
        return one(name)
    except consents.UnknownChoice as error:
        raise leaving.NoList from error
