"""The forms of signing in and signing up."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import get_month_names
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from portal.kernel import ages, clock
from portal.kernel.problems import N_
from portal.web.countries import all_countries
from portal.web.fields import Drawn, EmailField, Form, SelectField, choice
from portal.web.words import here

LONGEST_LIFE = 125  # years


class AddressForm(Form):
    """Asks for the address that a code goes to."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_("The one that you use in our apps. We send a code to it."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class BirthField(Drawn):
    """A date of birth in three fields, for pickers of dates are slow over decades; its data is a day, or None."""

    kind = "birth"
    PARTS = ("day", "month", "year")

    def process(self, formdata: Any, *rest: Any, **options: Any) -> None:
        """Read the three fields."""
        super().process(formdata, *rest, **options)
        self.typed = {part: (formdata or {}).get(f"{self.name}-{part}", "").strip() for part in self.PARTS}
        self.data: Any = _day(self.typed)

    @property
    def first_id(self) -> str:
        """Return the id of the first control."""
        return f"{self.id}-day"

    def months(self) -> list[tuple[str, str]]:
        """Return number and name of each month."""
        names = get_month_names("wide", "stand-alone", here().locale)
        return [(str(number), names[number]) for number in range(1, 13)]

    def sent(self) -> list[tuple[str, str]]:
        """Return the three as a form sends them."""
        return [(f"{self.name}-{part}", typed) for part, typed in self.typed.items()]


def _day(typed: dict[str, str]) -> date | None:
    try:
        return date(*(int(typed[part]) for part in reversed(BirthField.PARTS)))
    except (ValueError, OverflowError):
        return None


def _is_birth(form: Form, field: BirthField) -> None:
    if not all(field.typed.values()):
        raise ValidationError(N_("Enter the day, the month and the year of your birth."))
    if field.data is None:
        raise ValidationError(N_("There is no such day. Check the day, the month and the year."))
    if field.data > clock.today():
        raise ValidationError(N_("This day is still to come. Check the year."))
    if ages.age(field.data, clock.today()) > LONGEST_LIFE:
        raise ValidationError(N_("This is too long ago. Write the year with four digits."))


def _countries() -> list[Any]:
    return [choice("", N_("Choose a country")), *(choice(code, name) for code, name in all_countries())]


class SignUpForm(Form):
    """Asks who wants an account: nothing in it says which age is wanted (RULES K7)."""

    TRAP = "website"  # a field that nobody sees, for programs that fill in everything

    born = BirthField(N_("Date of birth"), validators=[_is_birth])
    country = SelectField(
        N_("Country where you live"),
        autocomplete="country",
        choices=_countries,
        validators=[InputRequired(N_("Choose the country where you live."))],
    )
    email = EmailField(
        N_("E-mail address"),
        hint=N_("We send a code to it."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class PasswordField(Drawn, StringField):
    """A password: taken as it is, shown never again, and seen while typing only by whoever asks for it."""

    kind = "password"
    type_ = "password"


class NewPasswordForm(Form):
    """Asks for a password to be set."""

    password = PasswordField(
        N_("New password"),
        hint=N_("At least 15 characters; spaces and every letter are welcome. A few words in a row are easy to keep."),
        autocomplete="new-password",
        validators=[InputRequired(N_("Enter a password."))],
    )


class PasswordForm(Form):
    """Asks for address and password."""

    email = EmailField(
        N_("E-mail address"),
        autocomplete="username",
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )
    password = PasswordField(
        N_("Password"),
        autocomplete="current-password",
        validators=[InputRequired(N_("Enter a password."))],
    )


class PasswordAgainForm(Form):
    """Asks somebody signed in for their password."""

    password = PasswordField(
        N_("Password"),
        autocomplete="current-password",
        validators=[InputRequired(N_("Enter a password."))],
    )
