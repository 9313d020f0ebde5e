"""What is asked before somebody is looked at, and about the look."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from portal.accounts.staff.looks import LONGEST, REASONS
from portal.kernel.problems import N_
from portal.web.fields import (
    AreaField,
    ChoiceField,
    DayField,
    Form,
    TextField,
    choice,
)


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


class SearchForm(Form):
    """Asks for an address to look for in the systems."""

    address = TextField(
        N_("E-mail address or phone number"),
        hint=N_("A phone with its country code, for example +84 90 123 45 67."),
        validators=[InputRequired(N_("Enter an address.")), Length(max=254)],
    )
