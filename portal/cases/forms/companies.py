"""What is asked of a company that answers a request."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length

from portal.cases.models import LONGEST
from portal.cases.reasons import REASONS
from portal.kernel.problems import N_
from portal.web.fields import AreaField, ChoiceField, Form, SelectField, choice

ANSWERS = {
    "done": N_("We have done it"),
    "nothing": N_("We hold nothing of this person"),
    "part": N_("We have done a part of it"),
    "refused": N_("We cannot do it"),
}


class CompanyForm(Form):
    """Asks what a company did."""

    answer = ChoiceField(
        N_("Your answer"),
        choices=[choice(name, said) for name, said in ANSWERS.items()],
        validators=[InputRequired(N_("Choose one of the answers."))],
    )
    reason = SelectField(
        N_("Reason"),
        hint=N_("Only where you did a part of it, or nothing."),
        choices=[choice("", N_("No reason needed")), *(choice(name, said) for name, said in REASONS.items())],
    )
    words = AreaField(
        N_("In your words"),
        hint=N_("The person reads this. A reason needs some words that they can understand."),
        validators=[Length(max=LONGEST, message=N_("Write at most 10,000 characters."))],
    )

    def __init__(self, named: bool, **options: Any) -> None:
        super().__init__(**options)
        if not named:  # nobody could read it any more, and it might name who is gone
            del self.words
