"""The texts that staff send often: what is shipped, and what an admin writes above it in each language."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from werkzeug.wrappers import Response

from portal.cases.service import replies
from portal.kernel.problems import N_, NotFound
from portal.staff.forms.publishing import TextForm
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.site import site
from portal.web.words import _, here, name_of

navigation.desk(room, "texts_page", N_("Texts"), order=50, covers=("text_page",))
navigation.left_out(room, "drop_text")


class Said(NamedTuple):
    """A text in one language: its code and name, and whether an admin wrote it; `missing` where there is none."""

    code: str
    language: str
    own: bool
    missing: bool


@room.get("/staff/texts")
@staff("admin", "approver", "staff")
def texts_page() -> Response:
    """List the texts with the languages in which each is there."""
    language = here().language
    rows = [(reply.id, reply.title_in(language), _languages(reply)) for reply in replies.replies().values()]
    return show("staff/texts.html", rows=rows)


@room.route("/staff/texts/<string:name>/<string:code>", methods=["GET", "POST"])
@staff("admin")
def text_page(name: str, code: str) -> Response:
    """Show a text in one language, and keep it as it is written now."""
    reply = replies.replies().get(name)
    if reply is None or code not in site().languages:
        raise NotFound
    form = TextForm(data={"title": reply.title.get(code, ""), "text": reply.text.get(code, "")})
    if form.validate_on_submit():
        try:
            replies.write(name, code, str(form.title.data), str(form.text.data), crew().number)
        except replies.BadText as problem:
            form.text.errors = [_(problem.say, **problem.facts)]
        else:
            return away(url_for("staff.texts_page"))
    return show(
        "staff/text.html",
        form=form,
        reply=reply,
        code=code,
        written_in=name_of(code),
        places=sorted(replies.PLACES),
        status=422 if form.errors else 200,
    )


@room.post("/staff/texts/<string:name>/<string:code>/drop")
@staff("admin")
def drop_text(name: str, code: str) -> Response:
    """Let the shipped text count again."""
    replies.take_back(name, code, crew().number)
    return away(url_for("staff.texts_page"))


def _languages(reply: replies.Reply) -> list[Said]:
    return [Said(code, name_of(code), code in reply.own, code not in reply.text) for code in site().languages]
