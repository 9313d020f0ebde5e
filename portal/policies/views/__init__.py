"""The policies, for everybody to read, and what somebody signed in says to a new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.consents import service as consents
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound, NotNow
from portal.notices import inbox
from portal.policies import comparing, service
from portal.policies.forms import AnswerForm
from portal.policies.models import Policy
from portal.web import navigation
from portal.web.guards import Session, me, open_to_all
from portal.web.htmx import away, show
from portal.web.navigation import Banner
from portal.web.words import _, here

TITLES, ADDRESSES = service.TITLES, service.ADDRESSES
AGREED = N_("I accept version %(version)s: %(title)s.")  # what the ledger keeps beside an answer
REFUSED = N_("I decline version %(version)s: %(title)s.")
_SOON = N_("From %(day)s version %(version)s is in force. See what is different, then accept or decline it.")
_BEGUN = N_("Since %(day)s version %(version)s is in force. See what is different, then accept or decline it.")
_DECLINED = N_("You declined version %(version)s, in force since %(day)s. What it changes is off for you.")

room = Blueprint("policies", __name__)


def banner(session: Session) -> Banner | None:
    """Say that a policy changes: at length until that was read, then in a line until it was answered.

    Who declined hears of it again once it has begun. On the page that asks, it says nothing.
    """
    if not service.asked():
        return None
    found = service.open_question(consents.present(session))
    if found is None:
        return None
    one, said = found
    words = _DECLINED if said else _BEGUN if one.has_begun else _SOON
    facts = {"day": here().day(one.effective_from), "version": one.version}
    link, title = f"{ADDRESSES[one.document]}/answer", _(TITLES[one.document])
    if request.path == link:
        return None
    read = session.memo.get("read_of") == service.told_as(one.document, one.version, session.account_id or 0)
    if read and not said:
        return Banner(
            _("Not answered yet: %(title)s, version %(version)s", title=title, **facts), "", link, _("Answer")
        )
    return Banner(_("A new version: %(title)s", title=title), _(words, **facts), link, _("Read and answer"))


def _count_as_read(document: str, version: str) -> None:
    """Let the message about a version be read in the inbox too; it says nothing of an answer."""
    account = me().account_id
    if account and me().memo.get("unread"):
        inbox.read_about(account, "policy_changes", service.told_as(document, version, account))


def newest(document: str) -> Response:
    """Show the version in force."""
    return _page(service.in_force(document, here().language))


def one_version(document: str, number: str) -> Response:
    """Show one version."""
    found = service.version(document, here().language, number)
    _count_as_read(document, found.version)
    return _page(found)


def compare(document: str) -> Response:
    """Show what is different between two versions: by itself the newest and the one before it."""
    language, versions = here().language, service.versions(document)
    new = service.version(document, language, request.args.get("to") or _first(versions))
    before = [one.version for one in versions if one.begins < new.effective_from]
    old = service.version(document, language, request.args.get("from") or _first(versions, *before))
    _count_as_read(document, new.version)
    sections = comparing.compare(old.text, new.text)
    return show(
        "policies/compare.html",
        **_named(document),
        old=old,
        new=new,
        versions=versions,
        sections=sections,
        different=[one for one in sections if one.is_different],
        summary=comparing.compare(old.summary, new.summary),
    )


def answer(document: str) -> Response:
    """Ask somebody to accept or decline the newest version, and record what they say.

    Mails lead here: where the version that they told of was withdrawn, its page says so.
    """
    try:
        one, form = service.name_of(document), AnswerForm()
    except NotFound:
        return away(f"{ADDRESSES[document]}/versions/{service.withdrawn_of(document)}")
    if form.validate_on_submit():
        accepted = form.answer.data == consents.ACCEPTED
        facts = {"version": one.version, "title": _(TITLES[document])}
        say = service.accept if accepted else service.decline
        try:
            say(
                me().subject_id,
                document,
                str(form.version.data),
                _(AGREED if accepted else REFUSED, **facts),
                here().language,
            )
        except NotNow:
            form.answer.errors = [_("There is a newer version since you opened this page. Read it, then answer.")]
        else:
            return away(f"{ADDRESSES[document]}/answer")
    return _ask(document, one, form)


def _ask(document: str, one: service.Asked, form: AnswerForm) -> Response:
    text = service.version(document, here().language, one.version)
    _count_as_read(document, one.version)
    form.version.data = one.version
    before = consents.standing(me().subject_id).get(one.name)
    affected = [consents.purpose(name) for about in one.changes for name in consents.covered(about)]
    status = 422 if form.errors else 200
    return show(
        "policies/answer.html",
        **_named(document),
        one=one,
        text=text,
        form=form,
        before=before,
        affected=affected,
        status=status,
    )


def _page(text: Policy) -> Response:
    versions = service.versions(text.document)
    return show(
        "policies/page.html",
        **_named(text.document),
        text=text,
        markup=service.on_paper(text.text, _("Link to “%(heading)s”")),
        sections=service.sections(text.text),
        versions=versions,
        in_force=service.number_of(text.document, versions),
        day=clock.today(),
    )


def _named(document: str) -> dict[str, Any]:
    return {"document": document, "title": _(TITLES[document]), "address": ADDRESSES[document]}


def _first(versions: list[service.PolicyVersion], *among: str) -> str:
    """Return the newest that was not withdrawn, or of some; NotFound where there is none."""
    known = [one.version for one in versions if not one.is_withdrawn]
    wanted = [number for number in known if number in among] if among else known
    if not wanted:
        raise NotFound
    return str(wanted[0])


def _register(document: str, address: str) -> None:
    """Give a document its four addresses, each with an endpoint of its own."""
    pages: tuple[tuple[str, str, Callable[..., Response], list[str]], ...] = (
        ("", "", open_to_all(_of(document, newest)), ["GET"]),
        ("_version", "/versions/<string:number>", open_to_all(_of(document, one_version)), ["GET"]),
        ("_compare", "/compare", open_to_all(_of(document, compare)), ["GET"]),
        ("_answer", "/answer", _of(document, answer), ["GET", "POST"]),
    )
    for name, path, view, methods in pages:
        room.add_url_rule(address + path, document + name, view, methods=methods)
    navigation.left_out(room, *(document + name for name, *_rest in pages if name))


def _is_there(document: str) -> bool:
    return document in service.readable()


def _of(document: str, view: Callable[..., Response]) -> Callable[..., Response]:
    """Return a view of one document; a function of its own, because what guards it is marked on it."""

    def shown(**values: str) -> Response:
        return view(document, **values)

    shown.__doc__ = view.__doc__
    return shown


for _document, _address in ADDRESSES.items():
    _register(_document, _address)
for _document, _title, _order in (
    ("privacy", N_("Privacy policy"), 10),
    ("terms", N_("Terms"), 20),
    ("cookies", N_("Cookies"), 30),
):
    navigation.footer(room, _document, _title, order=_order, offered=partial(_is_there, _document))
navigation.banner(room, banner)
