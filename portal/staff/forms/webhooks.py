"""From which day on everything is sent again."""

from __future__ import annotations

from wtforms.validators import InputRequired

from portal.kernel.problems import N_
from portal.web.fields import DayField, Form


class SinceForm(Form):
    """Asks for a day of the last thirty."""

    since = DayField(
        N_("Everything since the beginning of"),
        hint=N_("What was told is kept for thirty days."),
        validators=[InputRequired(N_("Choose a day."))],
    )
