"""Apps hand their people over to the portal's pages in a webview (RULES W1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal import config
from portal.accounts.apps import handing
from portal.accounts.apps.handing import Told
from portal.api.schema import BadBody, moment, number, obj, text
from portal.api.service import keys
from portal.api.views.room import call
from portal.web import embed, programs
from portal.web.site import local

PAGE = 200  # characters of a page; what is added to it must still fit

_PERSON = obj(
    {
        "source": text("The connected system whose account the person is signed in to", most=64),
        "external_id": text("Their number there, as its manifest matches external_id", most=120),
    },
    email=text("Their address, if the app knows one: it is asked to prove itself by a code", most=254),
)
_BODY = obj(
    {"person": _PERSON},
    page=text("A path of the portal, such as /location; without one the person goes on where they were", most=PAGE),
    language=text("A language of the portal", most=8),
    theme=text("How the app looks", enum=list(embed.THEMES)),
    text_size=number(
        "Percent of the usual size of text; the nearest size that the pages have is taken", minimum=50, maximum=400
    ),
    auth_time=moment("When the app last proved that it is this person; counts for 15 minutes"),
    auth_method=text("How, as RFC 8176 names it", enum=sorted(handing.METHODS)),
)


@call(
    "POST",
    "/handoffs",
    scope="handoffs:write",
    body=_BODY,
    status=201,
    answer=obj(
        {
            "code": text("Opens once"),
            "expires_at": moment(),
            "post_to": text("The webview posts it there as a form, in the field `code`"),
        }
    ),
)
def hand_over(asked: dict[str, Any]) -> dict[str, Any]:
    """Make a code that opens this person's pages, once and within a minute.

    The key needs `vouches:` and the name of the source beside its scope. What it vouches for is that whoever opens the
    page now is signed in to that account of the app; an e-mail address proves nothing here before a code went to it.
    """
    person = asked["person"]
    _may_vouch(person["source"])
    told = Told(
        source=person["source"],
        number=person["external_id"],
        email=person.get("email", ""),
        page=_page(asked.get("page", "")),
        language=_language(asked.get("language", "")),
        look=embed.look(asked.get("theme"), asked.get("text_size")).written,
        confirmed_at=datetime.fromisoformat(asked["auth_time"]) if "auth_time" in asked else None,
        confirmed_by=asked.get("auth_method", ""),
    )
    code, until = handing.give(told)
    return {"code": code, "expires_at": until.isoformat(), "post_to": f"{config.site().base_url}/handoff"}


def _may_vouch(source: str) -> None:
    scope = keys.VOUCHES + source
    if scope not in programs.caller().scopes:
        raise programs.WrongScope(scope=scope)


def _page(asked: str) -> str:
    """Return a path of ours; raises BadBody for whatever could lead elsewhere."""
    if asked and local(asked, "") != asked:
        raise BadBody([{"detail": "must be a path of this portal that begins with one /", "pointer": "#/page"}])
    return asked


def _language(asked: str) -> str:
    if asked and asked not in config.site().languages:
        spoken = ", ".join(config.site().languages)
        raise BadBody([{"detail": f"must be one of {spoken}", "pointer": "#/language"}])
    return asked
