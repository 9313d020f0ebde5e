"""What is asked about members of the staff themselves."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length

from portal.kernel.problems import N_
from portal.web.fields import (
    ChoiceField,
    DayField,
    EmailField,
    Form,
    SelectField,
    TextField,
    choice,
)
from portal.web.site import site
from portal.web.words import name_of


def languages() -> list[Any]:
    """Return the languages of the site, each by its own name."""
    return [choice(code, name_of(code)) for code in site().languages]


def roles() -> list[Any]:
    """Return the roles to choose from, each with what it is for."""
    return [
        choice("staff", N_("Staff"), N_("Answers requests and starts what two people decide.")),
        choice("approver", N_("Approver"), N_("Decides as the second person.")),
        choice("admin", N_("Admin"), N_("Looks after members of the staff and settings.")),
    ]


class RoleForm(Form):
    """Asks for a role."""

    role = ChoiceField(N_("Role"), choices=roles, validators=[InputRequired(N_("Choose a role."))])


class MemberForm(RoleForm):
    """Asks who is added."""

    name = TextField(
        N_("Name"),
        validators=[InputRequired(N_("Enter their name.")), Length(max=120, message=N_("This is too long."))],
    )
    email = EmailField(
        N_("E-mail address"),
        hint=N_("The address where they set up sign-in goes there; it works once, for 48 hours."),
        autocomplete="off",
        validators=[InputRequired(N_("Enter an e-mail address."))],
    )
    language = SelectField(N_("Language of their mails"), choices=languages)


class LanguageForm(Form):
    """Asks a member for the language of their mails and pages."""

    language = SelectField(N_("Language"), choices=languages)


class AbsenceForm(Form):
    """Asks who stands in for a member, and when they are away."""

    deputy = SelectField(N_("Who stands in"), hint=N_("Somebody in the same role."), coerce=str)
    first = DayField(N_("Away from"))
    last = DayField(N_("To"), hint=N_("Both days belong to it. Leave both empty if nobody is away."))
