"""The form of the location page."""

from __future__ import annotations

from wtforms.validators import InputRequired

from portal.kernel.problems import N_
from portal.location.words import HINTS, LEVELS
from portal.web.fields import ChoiceField, Form, choice


class LevelForm(Form):
    """How precise a location may be."""

    level = ChoiceField(
        N_("How precise may it be?"),
        choices=[choice(value, title, HINTS[value]) for value, title in LEVELS.items()],
        validators=[InputRequired(N_("Choose one of the three levels."))],
    )
