"""What each law asks, where each value is from, and how an admin changes one: dated, and for what is still to come."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from portal.cases import deadlines, legal
from portal.cases.service import amending
from portal.kernel import clock
from portal.kernel.problems import N_, NotFound
from portal.staff.forms.publishing import AmendForm
from portal.staff.views.door import room
from portal.staff.views.requests import law_title
from portal.staff.words import CONFIDENCE
from portal.web import navigation
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _

navigation.desk(
    room, "laws_page", N_("Law"), order=55, covers=("law_page", "amend_law", "ages_page", "age_page", "amend_age")
)


@room.get("/staff/law")
@staff("admin", "approver", "staff")
def laws_page() -> Response:
    """List the laws that this site is under."""
    rows = [(name, law_title(name), legal.profile(name).on(clock.today()).version) for name in deadlines.names()]
    return show("staff/laws.html", rows=rows)


@room.get("/staff/law/<string:name>")
@staff("admin", "approver", "staff")
def law_page(name: str) -> Response:
    """Show what one law says today, and every change of it."""
    values, changes = amending.current(name), amending.history(name)
    return show(
        "staff/law.html", name=name, title=law_title(name), values=values, changes=changes, confidence=CONFIDENCE
    )


@room.route("/staff/law/<string:name>/change", methods=["GET", "POST"])
@staff("admin", fresh=True)
def amend_law(name: str) -> Response:
    """Change one value from a day on."""
    if name not in legal.NAMES:
        raise NotFound
    form = AmendForm()
    if form.validate_on_submit() and form.since.day:
        try:
            typed = str(form.path.data), str(form.value.data), form.since.day, str(form.reason.data)
            amending.amend(name, *typed, crew().number)
        except NotFound:
            form.path.errors = [
                _("This law has no such value. Take the name from the list, or write holidays and a day.")
            ]
        except (amending.Unreadable, amending.Backdated, amending.Unexplained) as problem:
            form.value.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
        else:
            return away(url_for("staff.law_page", name=name))
    status = 422 if form.errors else 200
    return show("staff/law_change.html", form=form, name=name, title=law_title(name), status=status)
