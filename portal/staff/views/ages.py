"""From which age people decide for themselves: by country, with its source, and what an admin changes or signs off."""

from __future__ import annotations

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from portal.children.service import amending
from portal.staff.forms.publishing import AgeForm
from portal.staff.views.door import room
from portal.staff.words import CONFIDENCE
from portal.web import navigation
from portal.web.countries import name_of, sort_key
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import _, here

navigation.left_out(room, "sign_off_age")


def named(code: str) -> str:
    """Return what a country is called, with the code of a region beside it."""
    country, _dash, region = code.partition("-")
    return f"{name_of(country)} ({code})" if region else name_of(country)


@room.get("/staff/ages")
@staff("admin", "approver", "staff")
def ages_page() -> Response:
    """List the ages that count today."""
    language = here().language
    rows = sorted(
        ((code, named(code), row, signed) for code, row, signed in amending.present()),
        key=lambda one: sort_key(language, one[1]),
    )
    return show("staff/ages.html", rows=rows, confidence=CONFIDENCE)


@room.get("/staff/ages/<string:country>")
@staff("admin", "approver", "staff")
def age_page(country: str) -> Response:
    """Show the age of one country with its source, and every change of it."""
    found, signed, changes = amending.current(country), amending.is_signed_off(country), amending.history(country)
    title = named(country)
    facts: dict[str, Any] = {"row": found, "signed": signed, "changes": changes, "confidence": CONFIDENCE}
    return show("staff/age.html", country=country, title=title, **facts)


@room.post("/staff/ages/<string:country>/sign-off")
@staff("admin", fresh=True)
def sign_off_age(country: str) -> Response:
    """Let automatic steps rest on the row that counts today."""
    amending.sign_off(country, crew().number)
    return away(url_for("staff.age_page", country=country))


@room.route("/staff/ages/<string:country>/change", methods=["GET", "POST"])
@staff("admin", fresh=True)
def amend_age(country: str) -> Response:
    """Change the age of a country from a day on."""
    amending.current(country)
    form = AgeForm()
    if form.validate_on_submit() and form.since.day:
        try:
            amending.amend(country, int(form.age.data), form.since.day, str(form.reason.data), crew().number)
        except (amending.BadAge, amending.AgeBackdated, amending.AgeUnexplained) as problem:
            field = form.since if isinstance(problem, amending.AgeBackdated) else form.age
            field.errors = [_(problem.say, **problem.facts) + " " + _(problem.then)]
        else:
            return away(url_for("staff.age_page", country=country))
    status = 422 if form.errors else 200
    return show("staff/age_change.html", form=form, country=country, title=named(country), status=status)
