"""What only a demo has: the mailbox of everybody in it, and what its staff's authenticator apps show."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from portal import app, config
from portal.demo import crew, mailbox
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import show

room = Blueprint("demo", __name__)
navigation.left_out(room, "mailbox_page", "staff_page")


def create_app() -> Flask:
    """Make the portal's web application with the mailbox beside it."""
    made = app.application()
    made.register_blueprint(room)
    return made


@room.get("/demo/mailbox")
@open_to_all
def mailbox_page() -> Response:
    """Show what was sent, the newest first."""
    folder = config.active().demo
    return show("demo/mailbox.html", mails=mailbox.newest(folder) if folder else [])


@room.get("/demo/staff")
@open_to_all
def staff_page() -> Response:
    """Show what the authenticator app of each member of the demo's staff shows now."""
    return show(
        "demo/staff.html", shown=[(member, crew.code(member)) for member in crew.CREW], left=crew.seconds_left()
    )
