"""A member's own account: who they are here, where they are signed in, their language."""

from __future__ import annotations

from werkzeug.wrappers import Response

from portal.accounts.staff import factors, members, sessions
from portal.kernel.problems import N_
from portal.security.views import browser
from portal.staff.forms.members import LanguageForm
from portal.staff.views.door import room
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import alone, away, show
from portal.web.words import _

PAGE = "/staff/me"

navigation.desk(room, "me", N_("Your account"), order=navigation.HOUSEKEEPING + 10, covers=("own_absence",))
navigation.left_out(room, "home", "end_session", "end_others", "own_language")


@room.get("/staff/")
@staff("admin", "approver", "staff")
def home() -> Response:
    """Lead to the first desk of this member's role."""
    return away(navigation.first_desk() or PAGE)


@room.get(PAGE)
@staff("admin", "approver", "staff")
def me() -> Response:
    """Show who somebody is here, and where they are signed in."""
    return _show_page()


@room.post(f"{PAGE}/sessions/<int:number>/end")
@staff("admin", "approver", "staff")
def end_session(number: int) -> Response:
    """End one of one's own sessions."""
    sessions.end(crew().number, number)
    return _show_page(_("That browser is signed out.")) if alone() else away(PAGE)


@room.post(f"{PAGE}/sessions/end-others")
@staff("admin", "approver", "staff")
def end_others() -> Response:
    """End all of one's own sessions but this one."""
    sessions.end_all(crew().number, but=crew().session_id)
    return _show_page(_("All other browsers are signed out.")) if alone() else away(PAGE)


@room.post(f"{PAGE}/language")
@staff("admin", "approver", "staff")
def own_language() -> Response:
    """Choose the language of one's mails, and of pages where no other was chosen."""
    form = LanguageForm()
    if not form.validate_on_submit():
        return _show_page(form=form)
    members.choose_language(crew().number, str(form.language.data))
    return away(f"/language/{form.language.data}")


def _show_page(said: str = "", form: LanguageForm | None = None) -> Response:
    number, here = crew().number, crew().session_id
    found = factors.load(number)
    browsers = [browser(session, session.id == here) for session in sessions.live(number)]
    return show(
        "staff/me.html",
        "staff/_sessions.html",
        said=said,
        member=found,
        deputy=factors.load(found.deputy_id) if found.deputy_id else None,
        form=form or LanguageForm(language=found.language),
        status=422 if form and form.errors else 200,
        codes_left=factors.codes_left(number),
        browsers=sorted(browsers, key=lambda one: not one.here),
    )
