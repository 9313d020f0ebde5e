"""The forms of the staff's side."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length, Regexp

from portal.kernel.problems import N_
from portal.web.fields import (
    AreaField,
    ChoiceField,
    CodeField,
    DayField,
    EmailField,
    Form,
    SelectField,
    TextField,
    choice,
)
from portal.web.site import site
from portal.web.words import name_of


class AddressForm(Form):
    """Asks a member for the address that a code goes to."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_("The one at which you are a member of the staff."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class MailedForm(Form):
    """Asks for the six digits from the mail."""

    code = CodeField(
        N_("Code from the mail"),
        hint=N_("Six digits."),
        validators=[Regexp(r"^\d{6}$", message=N_("Enter the six digits of the code."))],
    )


class FactorForm(Form):
    """Asks for the six digits that an authenticator app shows now."""

    code = CodeField(
        N_("Code from your authenticator app"),
        hint=N_("Six digits that change every 30 seconds."),
        validators=[Regexp(r"^\d{6}$", message=N_("Enter the six digits that the app shows."))],
    )


class RecoveryForm(Form):
    """Asks for a recovery code."""

    code = TextField(
        N_("Recovery code"),
        hint=N_("One of the ten that you kept, for example k7mx-29pd-wq4r. Each works once."),
        autocomplete="one-time-code",
        validators=[InputRequired(N_("Enter one of your recovery codes.")), Length(max=60)],
    )


class TextForm(Form):
    """Asks for a text that staff send often."""

    title = TextField(
        N_("Title"),
        hint=N_("Staff choose by it. Nobody else sees it."),
        validators=[InputRequired(N_("Enter a title.")), Length(max=80, message=N_("Enter at most 80 characters."))],
    )
    text = AreaField(N_("Text"), validators=[InputRequired(N_("Enter the text."))])


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
