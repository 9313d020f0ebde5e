"""The forms of requests: each asks what its kind needs and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms.validators import DataRequired, Length, ValidationError

from portal import config
from portal.cases.kinds import KINDS, Kind, Proof
from portal.cases.models import LONGEST
from portal.config import Purpose, Use
from portal.kernel.problems import N_
from portal.web.countries import all_countries
from portal.web.fields import AreaField, ChoiceField, EmailField, Form, SelectField, TextField, choice
from portal.web.words import here

TRAP = "website"  # a field that nobody sees, for programs that fill in everything
_SHORT_ENOUGH = Length(max=LONGEST, message=N_("This is too long. Write up to 10,000 characters."))
_FOR_OTHERS = ("agent", "representative")
# Of these it has to be said in words what is meant; with the others words are welcome.
_IN_WORDS = frozenset({"copy_by_other_means", "correction", "complaint", "inquiry", "representative", "deceased"})
_ABOUT_PURPOSE = frozenset({"objection", "restriction", "withdrawal"})
_LABELS = {
    "copy_by_other_means": N_("In which way do you need the copy?"),
    "correction": N_("What is wrong, and how should it be?"),
    "complaint": N_("What was done wrong?"),
    "inquiry": N_("What do you want to know?"),
    "representative": N_("What do you ask for them?"),
    "deceased": N_("What should happen with the account?"),
}
_WORDS, _WORDS_HINT = N_("Anything that we should know (you need not say why)"), N_("Only our staff read it.")


class MessageForm(Form):
    """Asks for a message to our staff."""

    text = AreaField(N_("Write to our staff"), validators=[DataRequired(N_("Write something.")), _SHORT_ENOUGH])


class LinksForm(Form):
    """Asks for the address that requests were sent from."""

    email = EmailField(
        N_("E-mail address that you asked from"),
        validators=[DataRequired(N_("Enter your e-mail address."))],
    )


class LostForm(Form):
    """Asks for an address that may be on file."""

    email = EmailField(
        N_("E-mail address that you used before"),
        hint=N_("The one that you can read no more."),
        autocomplete="off",
        validators=[DataRequired(N_("Enter an e-mail address."))],
    )


class FactsForm(Form):
    """Asks for an address on file; the questions are added, one a fact."""

    address = TextField(
        N_("E-mail address or phone number that we know of you"),
        validators=[DataRequired(N_("Enter an e-mail address or a phone number."))],
    )


def _is_given(form: Any, field: Any) -> None:
    if not field.data and form.acting.data in _FOR_OTHERS:
        raise ValidationError(N_("Enter the e-mail address of the person for whom you ask."))


def wish_form(kind: Kind, *, known: bool) -> Form:
    """Return the form of one kind; `known`: somebody signed in, who need not say where an answer goes."""
    fields = {**({} if known else {"email": _email()}), **_about(kind), "words": _words(kind), "country": _country()}
    made: Form = type("WishForm", (Form,), fields)()
    return made


def contact_form(*, known: bool) -> Form:
    """Return the form for a question or a complaint."""
    about = ChoiceField(
        N_("What is it?"),
        choices=[choice(name, KINDS[name].title, KINDS[name].about) for name in ("inquiry", "complaint")],
        validators=[DataRequired(N_("Choose a question or a complaint."))],
    )
    words = AreaField(
        N_("Your message"), hint=_WORDS_HINT, validators=[DataRequired(N_("Write your message.")), _SHORT_ENOUGH]
    )
    fields = {"about": about, **({} if known else {"email": _email()}), "words": words, "country": _country()}
    made: Form = type("ContactForm", (Form,), fields)()
    return made


def facts_form(questions: Sequence[tuple[str, str, str]]) -> Form:
    """Return the form for facts: name, label and kind of each question."""
    fields = {_field(name): _fact(label, kind) for name, label, kind in questions}
    made: Form = type("QuestionsForm", (FactsForm,), fields)()
    return made


def answered(form: Form, names: Sequence[str]) -> dict[str, str]:
    """Return what was answered, by the names of the questions."""
    return {name: str(form[_field(name)].data or "") for name in names}


def _field(name: str) -> str:
    return "fact_" + name.replace(".", "__").replace("-", "_")


class DayField(TextField):
    """A day; browsers show a calendar."""

    type_ = "date"


def _fact(label: str, kind: str) -> TextField:
    return DayField(label) if kind == "day" else TextField(label, validators=[_SHORT_ENOUGH])


def _email() -> EmailField:
    hint = N_("We answer there. Use the address that we know of you, if you can.")
    return EmailField(N_("Your e-mail address"), hint=hint, validators=[DataRequired(N_("Enter your e-mail address."))])


def _words(kind: Kind) -> AreaField:
    needed = [DataRequired(N_("Say it in a few words."))] if kind.id in _IN_WORDS else []
    return AreaField(_LABELS.get(kind.id, _WORDS), hint=_WORDS_HINT, validators=[*needed, _SHORT_ENOUGH])


def _country() -> SelectField:
    return SelectField(
        N_("Country where you live (if you want to say)"),
        hint=N_("Some countries give you a right or a date beyond ours. The earlier date counts."),
        autocomplete="country",
        choices=lambda: [choice("", N_("Not said")), *(choice(code, name) for code, name in all_countries())],
    )


def _about(kind: Kind) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if kind.id in _ABOUT_PURPOSE:
        fields["purpose"] = SelectField(N_("Which use of your data?"), choices=lambda: list(_purposes(kind)))
    if kind.id == "deceased":
        fields["other"] = EmailField(
            N_("E-mail address of the person who died (if you know it)"),
            hint=N_("We write there that somebody asks, so that nobody who lives is taken for dead."),
            autocomplete="off",
        )
    elif kind.id == "representative":
        fields |= {"acting": _acting(_FOR_OTHERS), "other": _other()}
    elif kind.needs > Proof.NONE:
        fields |= {"acting": _acting(("self", *_FOR_OTHERS)), "other": _other()}
    return fields


def _other() -> EmailField:
    return EmailField(
        N_("E-mail address of the person for whom you ask"),
        hint=N_("Only if you ask for somebody else. We write to them, and nothing happens before they confirm it."),
        autocomplete="off",
        validators=[_is_given],
    )


def _acting(which: Sequence[str]) -> ChoiceField:
    known = {
        "self": choice("self", N_("Myself")),
        "agent": choice("agent", N_("Somebody who asked me to")),
        "representative": choice("representative", N_("Somebody whom I represent by law")),
    }
    return ChoiceField(N_("For whom do you ask?"), choices=[known[name] for name in which], default=which[0])


def _purposes(kind: Kind) -> Iterator[Any]:
    """Yield the uses of data that a kind can be about: what was agreed to can be taken back, the rest objected to."""
    site = config.site()
    yield choice("", N_("Every use that I can stop"))
    known: dict[str, Purpose | Use] = {**site.purposes, **site.uses}
    for name, one in known.items():
        if kind.id != "withdrawal" or one.legal_basis == "consent":
            yield choice(name, one.title.get(here().language) or next(iter(one.title.values())))
