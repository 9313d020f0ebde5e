"""What somebody says to a new version."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired

from portal.consents.service import ACCEPTED, DECLINED
from portal.kernel.problems import N_
from portal.web.fields import ChoiceField, Form, choice


class AnswerForm(Form):
    """Asks for one of two answers, neither of them set before; `version` is the one that was on the page."""

    version = HiddenField()
    answer = ChoiceField(
        N_("Do you accept it?"),
        choices=[
            choice(ACCEPTED, N_("I accept it"), N_("You can decline it later, here, as easily.")),
            choice(DECLINED, N_("I decline it"), N_("You need give no reason, and you can accept it later.")),
        ],
        validators=[InputRequired(N_("Choose one of the two answers, or leave it for later."))],
    )
