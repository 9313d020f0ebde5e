"""The log of what was done: looked through, and verified."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.kernel import audit, clock
from portal.kernel.problems import N_
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.fields import read_day
from portal.web.guards import staff
from portal.web.htmx import away, show

ROWS = 50
FILTERS = ("name", "subject", "actor", "since", "until")

navigation.desk(room, "log_page", N_("Log"), order=70)
navigation.left_out(room, "verify_log")


@room.get("/staff/log")
@staff("admin")
def log_page() -> Response:
    """Show events, the newest first, and what the last verification found."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    before = request.args.get("before", "")
    found = audit.recent(_wanted(asked), int(before) if _is_number(before) else None, ROWS + 1)
    return show(
        "staff/log.html",
        events=found[:ROWS],
        asked=asked,
        names=sorted(audit.declared()),
        more=_address({**asked, "before": found[ROWS - 1].id}) if len(found) > ROWS else "",
        check=audit.last_check(),
        head=audit.head(),
    )


@room.post("/staff/log/verify")
@staff("admin")
def verify_log() -> Response:
    """Verify the whole log now, and keep what was found."""
    audit.seal()
    audit.check()
    return away(url_for("staff.log_page"))


def _address(asked: dict[str, object]) -> str:
    return url_for("staff.log_page") + "?" + urlencode({name: word for name, word in asked.items() if word})


def _wanted(asked: dict[str, str]) -> audit.Wanted:
    since, until = read_day(asked["since"]), read_day(asked["until"])
    return audit.Wanted(
        name=asked["name"],
        subject=int(asked["subject"]) if _is_number(asked["subject"]) else None,
        actor=asked["actor"],
        since=clock.beginning(since) if since else None,
        until=clock.end(until) if until else None,
    )


def _is_number(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 16
