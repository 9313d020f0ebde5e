"""The link in a mail to whom a request is about: it shows what it does, and only a button does it (RULES R6)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from portal.cases.kinds import kind
from portal.cases.service import agents, attempts
from portal.cases.views.room import room
from portal.kernel.problems import NotNow
from portal.web.guards import open_to_all
from portal.web.htmx import away, show

_DEEDS = {"confirm": agents.confirm, "refuse": agents.refuse, "stop": agents.stop}


@room.route("/agents/<string:secret>", methods=["GET", "POST"])
@open_to_all
def named(secret: str) -> Response:
    """Show who asks for whom; with a button, agree, refuse or stop it."""
    row = attempts.by_secret(secret)
    if request.method == "POST":
        with suppress(NotNow):  # it was answered before: the page says how
            _DEEDS.get(request.form.get("do", ""), _nothing)(row)
        return away(url_for("cases.named", secret=secret))
    about: dict[str, Any] = {"row": row, "case": row.case, "title": kind(row.case.kind).title}
    if row.way == attempts.TOLD:
        return show("cases/told.html", **about, on=attempts.counts_on(row))
    return show("cases/named.html", **about)


def _nothing(row: object) -> None:
    """Do nothing: no button was pressed."""
