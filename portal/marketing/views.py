"""The marketing page: a switch for each topic by channel, in force at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.config import Purpose
from portal.consents import service as consents
from portal.consents.service import Choice, Passed
from portal.consents.words import lines, local, told, when
from portal.kernel.problems import N_
from portal.marketing import service
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import alone, away, show
from portal.web.words import _, here

SAVED = {"on": N_("%(topic)s: on since %(at)s."), "off": N_("%(topic)s: off since %(at)s.")}


class Topic(NamedTuple):
    """A topic as it is drawn: `saved` says what is stored, `passed_on` how far it has come; "" before a choice."""

    purpose: Purpose
    id: str
    title: str
    hint: str
    on: bool
    saved: str
    passed_on: str


def in_menu(session: Session) -> str:
    """Return for the menu how many topics are on."""
    count = service.count(consents.present(session))
    return _(service.word(count), on=count.on, all=count.all)


room = Blueprint("marketing", __name__)
navigation.entry(room, "page", N_("Marketing"), order=40, state=in_menu)


@room.route("/marketing", methods=["GET", "POST"])
def page() -> Response:
    """Show and switch what may be sent."""
    if request.method != "POST":
        return _show("")
    topic = next((known.id for known in service.topics() if known.id in request.form), "")
    service.save(me().subject_id, topic, request.form.get(topic, ""), here().language)
    consents.look_anew(me())
    return _show(topic) if alone() else away("/marketing")


def _show(switched: str) -> Response:
    choices = service.choices_of(consents.present(me()))
    passed = consents.passed(me().subject_id, choices)
    topics = [_topic(purpose, choices[purpose.id], passed[purpose.id]) for purpose in service.topics()]
    every = consents.patience(system for systems in passed.values() for system in systems)
    return show(
        "marketing/page.html",
        "marketing/_topics.html",
        said=_said(topics, switched, every),
        topics=topics,
        decided=any(choice.event for choice in choices.values()),
        every=every,
    )


def _topic(purpose: Purpose, choice: Choice, systems: Sequence[Passed]) -> Topic:
    title = local(purpose.title)
    saved = _(SAVED[choice.state], topic=title, at=when(here(), choice.at)) if choice.at else ""
    return Topic(
        purpose=purpose,
        id=purpose.id.replace(".", "-"),
        title=title,
        hint=local(purpose.wording),
        on=choice.state == service.ON,
        saved=saved,
        passed_on=told(lines(systems)) if choice.at else "",
    )


def _said(topics: Sequence[Topic], switched: str, every: int) -> str:
    """Return what is read out: topic, channel and new state, later once that every system has it."""
    if switched:
        return next(topic.saved for topic in topics if topic.purpose.id == switched)
    return "" if every else " ".join(topic.passed_on for topic in topics)
