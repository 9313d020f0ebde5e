"""The forms of the staff's side."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, Regexp

from portal.accounts.staff.looks import LONGEST, REASONS
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


class ReasonForm(Form):
    """Asks why somebody looks at the data of a person; what it is about stands in sealed fields."""

    reason = ChoiceField(
        N_("Why do you look at it?"),
        hint=N_("The person reads this with your role, and not your name."),
        choices=[choice(code, asked) for code, (asked, _) in REASONS.items()],
        validators=[InputRequired(N_("Choose a reason."))],
    )
    words = AreaField(
        N_("In words"),
        hint=N_("For the other members only. You may leave it empty."),
        validators=[Length(max=LONGEST, message=N_("This is too long."))],
    )
    subject, about, onward, seal = HiddenField(), HiddenField(), HiddenField(), HiddenField()


class EmbargoForm(Form):
    """Asks until when a look is held back, and why."""

    until = DayField(
        N_("Show it to the person from"), validators=[InputRequired(N_("Choose the day on which it is shown."))]
    )
    words = AreaField(
        N_("Why"),
        hint=N_("For example: it would warn somebody who is under investigation. Kept for the other admins."),
        validators=[
            InputRequired(N_("Say why it is held back.")),
            Length(max=LONGEST, message=N_("This is too long.")),
        ],
    )


class AbsenceForm(Form):
    """Asks who stands in for a member, and when they are away."""

    deputy = SelectField(N_("Who stands in"), hint=N_("Somebody in the same role."), coerce=str)
    first = DayField(N_("Away from"))
    last = DayField(N_("To"), hint=N_("Both days belong to it. Leave both empty if nobody is away."))
