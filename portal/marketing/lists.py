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
from portal.kernel import crypto, limits
from portal.kernel.db import atomic
from portal.kernel.problems import NotFound
from portal.marketing.service import OFF, Pair, one
from portal.policies import service as policies
from portal.subjects import service as subjects

PER_ADDRESS = "60/hour"
CHANNEL = "mail"
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
        "List-Id": f"<{pair.topic.id}.{pair.channel.id}.{urlsplit(config.site().base_url).hostname}>",
    }


def opened(token: str) -> Membership:
    """Return whom and which list an address is about; NotFound for one that was made up, or whose person is gone."""
    try:
        text = crypto.decrypt(urlsafe_b64decode(token + "=" * (-len(token) % 4)), _CONTEXT)
    except (ValueError, KeyError, InvalidTag) as error:
        raise NotFound from error
    subject_id, name = json.loads(text)
    if subjects.account_of(subject_id) is None:
        raise NotFound
    return Membership(subject_id, _offered(name))


def leave(token: str, language: str) -> tuple[Membership, Choice]:
    """Take somebody off a list; return them with the choice that counts. Doing it again is harmless (RULES M5).

    Raises NotFound; TooManyTries where one address is called on and on.
    """
    found = opened(token)
    limits.hit(PER_ADDRESS, "unsubscribe", token)
    with atomic():
        before = consents.standing(found.subject)[found.pair.id]
        if not before.made or before.state != OFF:
            policies.choose(found.subject, found.pair.id, OFF, language, channel=CHANNEL)
    return found, consents.standing(found.subject)[found.pair.id]


def _offered(name: str) -> Pair:
    try:
        return one(name)
    except consents.UnknownChoice as error:
        raise NotFound from error
