"""What only a demo has: everybody's mailbox, what the staff's authenticator apps show, and a stand-in for a phone."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from portal import app, config
from portal.demo import crew, mailbox, mobile
from portal.demo.forms import AnswerForm, AppForm
from portal.kernel import clock
from portal.kernel.problems import NotFound
from portal.web import navigation
from portal.web.guards import open_to_all
from portal.web.htmx import show

room = Blueprint("demo", __name__)
navigation.left_out(room, "mailbox_page", "staff_page", "app_page", "answer_page")
STRANGER = "somebody@elsewhere.example.com"


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
    return show("demo/mailbox.html", mails=mailbox.newest(folder) if folder else [], answers=config.active().intake)


@room.route("/demo/mailbox/<string:name>", methods=["GET", "POST"])
@open_to_all
def answer_page(name: str) -> Response:
    """Answer a mail: what is written goes where the mail says, by the folder that the portal looks into."""
    settings, form = config.active(), AnswerForm()
    mail = mailbox.find(settings.demo, name) if settings.demo else None
    if mail is None or not mail.answers_to or settings.intake is None:
        raise NotFound
    if not form.validate_on_submit():
        return show("demo/answer.html", form=form, mail=mail, status=422 if form.errors else 200)
    sender = STRANGER if form.elsewhere.data else mail.to
    mailbox.answer(settings.intake, mail, str(form.text.data), sender)
    return show("demo/answered.html")


@room.get("/demo/staff")
@open_to_all
def staff_page() -> Response:
    """Show what the authenticator app of each member of the demo's staff shows now."""
    return show(
        "demo/staff.html", shown=[(member, crew.code(member)) for member in crew.CREW], left=crew.seconds_left()
    )


@room.route("/demo/app", methods=["GET", "POST"])
@open_to_all
def app_page() -> Response:
    """Ask the portal for a code as the app's back end does, and offer to post it as its webview does."""
    form = AppForm()
    if not form.validate_on_submit():
        return show("demo/app.html", form=form, status=422 if form.errors else 200)
    wishes: dict[str, Any] = {
        "language": form.language.data,
        "theme": form.theme.data,
        "text_size": int(str(form.size.data)),
    }
    wishes |= {"page": form.page.data} if form.page.data else {}
    wishes |= {"auth_time": clock.now().isoformat(), "auth_method": "face"} if form.face.data else {}
    given = mobile.hand_over(mobile.user(str(form.who.data)), wishes)
    return show("demo/app_given.html", given=given, wishes=json.dumps(wishes, indent=2))
