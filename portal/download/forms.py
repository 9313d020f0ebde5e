"""The form that asks what goes into a copy."""

from __future__ import annotations

from datetime import date

from wtforms.validators import ValidationError

from portal.download.choice import CALIFORNIA
from portal.kernel.problems import N_
from portal.web.fields import ChoiceField, DayField, Form, SelectField, choice

ALL, SOME = "all", "some"


class ChoiceForm(Form):
    """Of which days a copy is, and by whose law."""

    when = ChoiceField(
        N_("Of which days?"),
        choices=[
            choice(ALL, N_("Everything"), N_("All that is held, however old.")),
            choice(SOME, N_("Some days only"), N_("What has no date is there all the same.")),
        ],
        default=ALL,
    )
    since = DayField(N_("From"), hint=N_("Leave it empty for the beginning."))
    until = DayField(N_("To"), hint=N_("Leave it empty for today."))
    country = SelectField(
        N_("Where do you live?"),
        choices=[
            choice("", N_("I do not say")),
            choice(CALIFORNIA, N_("In California")),
            choice("other", N_("Somewhere else")),
        ],
        hint=N_("California has us mask account and identity numbers. Everybody else gets them in full."),
        default="",
    )

    def validate_until(self, field: DayField) -> None:
        """Refuse days that end before they begin, and days that were not named."""
        if self.when.data != SOME or field.errors or self.since.errors:
            return
        if self.since.day is None and field.day is None:
            raise ValidationError(N_("Write the first day, the last day or both."))
        if self.since.day and field.day and field.day < self.since.day:
            raise ValidationError(N_("The last day is before the first one."))

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day that are asked for."""
        return (self.since.day, self.until.day) if self.when.data == SOME else (None, None)
