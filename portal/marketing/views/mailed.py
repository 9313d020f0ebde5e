"""What a mail leads to, without signing in: the way off its list, and all that may be sent to its reader."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.wrappers import Response

from portal.accounts import service as accounts
from portal.accounts.masks import mask
from portal.config import Topic
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.consents.words import local
from portal.marketing import leaving, lists, service, words
from portal.marketing.service import EVERYTHING, OFF, ON, Pair
from portal.marketing.views.room import room
from portal.subjects import service as subjects
from portal.web import navigation
from portal.web.guards import machine_post, open_to_all
from portal.web.htmx import show
from portal.web.words import here

navigation.left_out(room, "unsubscribe", "preferences")


@room.route("/unsubscribe/<string:token>", methods=["GET", "POST"])
@machine_post
def unsubscribe(token: str) -> Response:
    """Show the way off a list; only a post takes it, with one click in a mail program or by the button (RFC 8058).

    It acts by the address alone: whoever is signed in here, and whatever else is sent, plays no part.
    """
    if request.method != "POST":
        found = lists.opened(token)
        choice = consents.standing(found.subject)[found.pair.id]
        is_off = choice.made and choice.state == OFF
    else:
        (found, choice), is_off = lists.leave(token, here().language), True
    page = "marketing/unsubscribed.html" if is_off else "marketing/unsubscribe.html"
    done = words.said(found.pair, choice) if is_off else ""
    return show(page, what=local(found.pair.purpose.title), done=done)


@room.route("/preferences/<string:token>", methods=["GET", "POST"])
@open_to_all
def preferences(token: str) -> Response:
    """Show what may be sent to whoever got the mail; a button switches off, and nothing here switches on."""
    subject, done = leaving.preferred(token), ""
    if request.method == "POST":
        scope = request.form.get("off", "")
        pairs = [service.one(scope)] if scope.startswith("marketing.") else service.within(scope)
        standing = leaving.leave(subject, pairs, here().language, token)
        choice = standing[pairs[0].id]
        done = words.said(pairs[0], choice) if len(pairs) == 1 else words.all_off(scope, pairs, choice)
    standing = consents.standing(subject)
    return show(
        "marketing/preferences.html",
        done=done,
        address=_masked(subject),
        on=[pair for pair in service.pairs() if _is_on(pair, standing)],
        off=_off(standing),
        everything=EVERYTHING,
    )


def _is_on(pair: Pair, standing: Mapping[str, Choice]) -> bool:
    choice = standing[pair.id]
    return choice.event > 0 and choice.state == ON


def _off(standing: Mapping[str, Choice]) -> list[tuple[Topic, list[str]]]:
    """Return what is off, never having been chosen or not, by topic with the names of its channels."""
    found = [
        (pairs[0].topic, [local(pair.channel.title) for pair in pairs if not _is_on(pair, standing)])
        for pairs in service.topics().values()
    ]
    return [(topic, titles) for topic, titles in found if titles]


def _masked(subject_id: int) -> str:
    """Return the address that mail goes to, masked: whoever a mail was passed on to learns no more than it says."""
    account = subjects.account_of(subject_id)
    to = accounts.recipient(account) if account is not None else None
    return mask("email", to.address) if to else ""
