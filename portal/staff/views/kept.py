"""What a member typed when their session was over: shown again, and sent only by a button of theirs."""

from __future__ import annotations

from typing import NamedTuple

from werkzeug.wrappers import Response

from portal.accounts.keeping import of_staff
from portal.staff.views.door import KEPT, room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.site import local

_TEXT = 40  # from so many characters on, or with a line break, it is a text to read and mend

navigation.left_out(room, "kept_page", "send_kept", "drop_kept")


class Field(NamedTuple):
    """One field of the form: shown to be read and mended where it is a text."""

    name: str
    text: str
    is_text: bool


@room.get(KEPT)
@staff("admin", "approver", "staff")
def kept_page() -> Response:
    """Show what was typed, once more to send or to let go."""
    found = of_staff.latest(crew().number)
    path = local(found.path, "") if found else ""
    if found is None or not path.startswith("/staff/"):
        return away("/staff/")
    fields = [
        Field(name, text, len(text) > _TEXT or " " in text.strip() or "\n" in text) for name, text in found.fields
    ]
    return show("staff/kept.html", path=path, fields=fields)


@room.post(f"{KEPT}/send")
@staff("admin", "approver", "staff")
def send_kept() -> Response:
    """Let the browser send the fields to where they were going: 307 has it post them again (RFC 9110 §15.4.8)."""
    found = of_staff.latest(crew().number)
    path = local(found.path, "") if found else ""
    if not path.startswith("/staff/"):
        return away("/staff/")
    of_staff.drop(crew().number)
    return away(path, 307)


@room.post(f"{KEPT}/drop")
@staff("admin", "approver", "staff")
def drop_kept() -> Response:
    """Forget what was typed."""
    of_staff.drop(crew().number)
    return away("/staff/")
