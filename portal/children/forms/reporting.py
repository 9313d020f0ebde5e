"""The forms of a report, one thing a page; what was said before is carried along in the page itself."""

from __future__ import annotations

from typing import Any

from babel.dates import get_month_names
from wtforms.validators import InputRequired, Length, ValidationError

from portal.accounts.addresses import NotAnAddress, NotAPhone, normal
from portal.cases.models import LONGEST
from portal.children import bands, naming
from portal.children.naming import LONGEST_KEPT, NoAccountNamed
from portal.kernel import ages, clock
from portal.kernel.problems import N_, Problem
from portal.web.countries import all_countries
from portal.web.fields import (
    AreaField,
    CheckField,
    ChoiceField,
    DayField,
    EmailField,
    Form,
    PhoneField,
    SelectField,
    TextField,
    choice,
)
from portal.web.words import _, here

TRAP = "website"  # a field that nobody sees, for programs that fill in everything
OLDEST = 25  # years: nobody is a child for longer, in any country
RELATIONS = {
    "mother": N_("I am the mother"),
    "father": N_("I am the father"),
    "guardian": N_("I am the guardian"),
    "relative": N_("I am another relative"),
    "teacher": N_("I work with the child"),
    "other": N_("Somebody else"),
}
WISHES = {
    "know": (N_("Know what is held"), N_("Which kinds of data there are, and why.")),
    "stop": (N_("Stop its use"), N_("No advertising, no sharing, and nothing new is collected.")),
    "delete": (N_("Delete it"), N_("The account and what belongs to it.")),
    "see": (N_("See it"), N_("Before that we check that you are the parent.")),
    "keep": (N_("Keep it safe for the police"), N_("It is frozen until a day that you choose.")),
}


class WhoForm(Form):
    """Asks who reports."""

    relation = ChoiceField(N_("Who are you to the child?"), choices=[choice(*one) for one in RELATIONS.items()])


class AccountForm(Form):
    """Asks which account it is."""

    target_name = TextField(N_("Name in the account"), validators=[Length(max=200)])
    target_email = EmailField(N_("E-mail address of the account"), validators=[Length(max=254)])
    target_phone = PhoneField(N_("Phone number of the account"), hint=N_("With + and the country, such as +84."))
    target_external_id = TextField(N_("Member number"), validators=[Length(max=64)])
    target_space = TextField(N_("Place that the child goes to"), validators=[Length(max=200)])

    def named(self) -> dict[str, str]:
        """Return what was typed, by the words of the service."""
        return {kind: str(self[f"target_{kind}"].data or "") for kind in naming.NAMED}

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse what cannot be looked for, beside its field."""
        super().validate(extra_validators)
        for kind in ("email", "phone"):
            _checked(self[f"target_{kind}"], {kind: str(self[f"target_{kind}"].data or "")})
        if not self.errors:
            _checked(self.target_name, self.named(), alone=True)
        return not self.errors


class AgeForm(Form):
    """Asks for country, month and year of birth, and for no more (RULES K7)."""

    country = SelectField(
        N_("Country where the child lives"),
        choices=lambda: [choice("", N_("Choose a country")), *(choice(*one) for one in all_countries())],
        validators=[InputRequired(N_("Choose the country."))],
    )
    month = SelectField(
        N_("Month in which the child was born"),
        choices=lambda: [choice("", N_("Choose")), *_months()],
        validators=[InputRequired(N_("Choose the month."))],
    )
    year = TextField(N_("Year in which the child was born"), hint=N_("Four digits."))

    def validate_year(self, field: TextField) -> None:
        """Refuse what is no year of a child."""
        today, written = clock.today(), str(field.data)
        year = int(written) if written.isdecimal() and len(written) == 4 else 0
        if not today.year - OLDEST <= year <= today.year:
            raise ValidationError(N_("Write the year with four digits. It must not lie ahead or far back."))
        if self.month.data and (year, int(str(self.month.data))) > (today.year, today.month):
            raise ValidationError(N_("This month is still to come. Check month and year."))

    def rule(self) -> dict[str, Any]:
        """Return what the law of the country says, for the page to say in plain words."""
        country, on = str(self.country.data), clock.today()
        year, month = int(str(self.year.data)), int(str(self.month.data))
        limit = bands.limit_of(country, on)
        young, old = ages.youngest(year, month, on), ages.oldest(year, month, on)
        return {"limit": limit, "young": max(young, 0), "old": old, "child": bands.may_be_child(year, month, limit, on)}


class ReachForm(Form):
    """Asks where the reporter is answered."""

    email = EmailField(
        N_("Your e-mail address"),
        hint=N_("We send a code and our answers there."),
        validators=[InputRequired(N_("Enter your e-mail address.")), Length(max=254)],
    )
    phone = PhoneField(N_("Your phone number, if we may call you"), hint=N_("You can leave this empty."))
    reach = ChoiceField(
        N_("How do you want to hear from us?"),
        choices=[choice("email", N_("By e-mail")), choice("phone", N_("By phone"), N_("And by e-mail."))],
        default="email",
    )

    def validate_email(self, field: EmailField) -> None:
        """Refuse what mail cannot reach."""
        _typed("email", field)

    def validate_phone(self, field: PhoneField) -> None:
        """Refuse what is no number."""
        if field.data:
            _typed("phone", field)

    def validate_reach(self, field: ChoiceField) -> None:
        """Refuse calls without a number."""
        if field.data == "phone" and not self.phone.data:
            raise ValidationError(N_("Write your phone number, or choose e-mail."))


class WishForm(Form):
    """Asks what is to happen (RULES K1)."""

    wish_know = CheckField(WISHES["know"][0], hint=WISHES["know"][1])
    wish_stop = CheckField(WISHES["stop"][0], hint=WISHES["stop"][1])
    wish_delete = CheckField(WISHES["delete"][0], hint=WISHES["delete"][1])
    wish_see = CheckField(WISHES["see"][0], hint=WISHES["see"][1])
    wish_keep = CheckField(WISHES["keep"][0], hint=WISHES["keep"][1])

    def wishes(self) -> tuple[str, ...]:
        """Return what was ticked."""
        return tuple(wish for wish in naming.WISHES if self[f"wish_{wish}"].data)

    def validate_wish_know(self, field: CheckField) -> None:
        """Refuse a report that asks for nothing."""
        if not self.wishes():
            raise ValidationError(N_("Choose at least one."))


class UntilForm(Form):
    """Asks how long data is kept safe."""

    until = DayField(N_("Keep it safe until"), hint=N_("At most one year. You can ask for more later."))

    def validate_until(self, field: DayField) -> None:
        """Refuse a day that is not ahead, or too far."""
        today = clock.today()
        if field.day is None or not today < field.day <= today + LONGEST_KEPT:
            raise ValidationError(N_("Choose a day after today and within one year."))


class WordsForm(Form):
    """Asks for anything else."""

    words = AreaField(
        N_("Is there anything else we should know?"),
        hint=N_("You can leave this empty. Do not write what others should not know of the child."),
        validators=[Length(max=LONGEST)],
    )


STEPS: dict[str, type[Form]] = {
    "who": WhoForm,
    "account": AccountForm,
    "age": AgeForm,
    "wishes": WishForm,
    "until": UntilForm,
    "reach": ReachForm,
    "words": WordsForm,
}


def _months() -> list[Any]:
    names = get_month_names("wide", "stand-alone", here().locale)
    return [choice(str(number), names[number]) for number in range(1, 13)]


def _typed(kind: str, field: Any) -> None:
    try:
        normal(kind, str(field.data or ""))
    except Problem as problem:
        raise ValidationError(_(problem.say)) from problem


def _checked(field: Any, named: dict[str, str], *, alone: bool = False) -> None:
    if not alone and not any(named.values()):
        return
    try:
        naming.named_well(named)
    except (NotAnAddress, NotAPhone, NoAccountNamed) as problem:
        field.errors = [*field.errors, _(problem.say) + " " + _(problem.then)]
