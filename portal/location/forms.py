"""The form of the location page."""

from __future__ import annotations

from datetime import date

from wtforms import ValidationError
from wtforms.validators import InputRequired

from portal.kernel.problems import N_
from portal.location.words import HINTS, LEVELS
from portal.web.fields import ChoiceField, Form, TextField, choice


class LevelForm(Form):
    """How precise a location may be."""

    level = ChoiceField(
        N_("How precise may it be?"),
        choices=[choice(value, title, HINTS[value]) for value, title in LEVELS.items()],
        validators=[InputRequired(N_("Choose one of the three levels."))],
    )


class DayField(TextField):
    """A day, or none."""

    type_ = "date"

    @property
    def day(self) -> date | None:
        """Return the day; ValueError when it is none."""
        return date.fromisoformat(self.data) if self.data else None

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no day."""
        try:
            far = self.day is not None and not 1970 <= self.day.year <= 2999
        except ValueError:
            far = True
        if far:
            raise ValidationError(N_("Write a day, such as 2026-11-22."))


class SpanForm(Form):
    """From which day to which places go."""

    since = DayField(N_("First day"))
    until = DayField(N_("Last day"), hint=N_("Both days belong to it. Leave one empty for no limit there."))

    def validate_until(self, field: DayField) -> None:
        """Refuse a span without any day, and one that ends before it begins."""
        first, last = self.since.day if not self.since.errors else None, field.day
        if not self.since.data and not field.data:
            raise ValidationError(N_("Write at least one of the two days."))
        if first and last and last < first:
            raise ValidationError(N_("The last day is before the first."))
