"""The forms of details: a new value, one with evidence, and a statement."""

from __future__ import annotations

from typing import Any

from wtforms import ValidationError
from wtforms.validators import InputRequired, Length

from portal.cases.forms.documents import FilesForm
from portal.details import formats
from portal.kernel.problems import N_
from portal.web.fields import AreaField, CheckField, FilesField, Form, TextField

# How a browser helps with a kind of value: its type, what it may fill in, and which keys a phone shows.
_HELP = {
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "date": ("date", "bday", ""),
    "tax_id": ("text", "off", ""),
    "bank_account": ("text", "off", ""),
}
_AUTOCOMPLETE = {"full_name": "name", "company": "organization", "job_title": "organization-title"}
HINTS = {
    "phone": N_("With its country code, such as +84 90 123 45 67."),
    "bank_account": N_("The bank and the number, or an IBAN."),
    "tax_id": N_("Its digits, as on the letter of the tax office."),
}


class ValueForm(Form):
    """A new value of one detail."""

    value = TextField(N_("What it should be"), validators=[InputRequired(N_("Write what it should be."))])
    detail_kind = "text"

    def validate_value(self, field: TextField) -> None:
        """Refuse what is not written as its kind must be."""
        try:
            formats.canonical(self.detail_kind, field.data or "")
        except formats.WrongFormat as problem:
            raise ValidationError(problem.say) from problem


class ReviewForm(FilesForm, ValueForm):
    """A new value that staff look at, with what shows it."""

    why = AreaField(
        N_("What is wrong, and how can we see it?"),
        hint=N_("A sentence is enough."),
        validators=[InputRequired(N_("Say in a sentence what is wrong.")), Length(max=4000)],
    )
    files = FilesField(
        N_("Something that shows it (if you have it)"),
        hint=N_(
            "A bank letter, a tax letter, a screenshot: up to 5 files, PDF, JPEG or PNG, 5 MB each. Please send no"
            " identity card or passport: we do not want a picture of one. Cover what we need not see."
        ),
    )
    restrict = CheckField(
        N_("Use none of my data while you check"),
        hint=N_("It is stored only, and no message but those about your requests is sent."),
    )


def value_form(kind: type[ValueForm], detail_kind: str, name: str) -> ValueForm:
    """Return a form for a kind of value, with the help that a browser can give."""
    type_, autocomplete, inputmode = _HELP.get(detail_kind, ("text", _AUTOCOMPLETE.get(name, "off"), ""))
    made: ValueForm = kind()
    made.detail_kind = detail_kind
    field: Any = made.value
    field.type_, field.autocomplete, field.inputmode = type_, autocomplete, inputmode
    field.description = HINTS.get(detail_kind, "")
    return made


class StatementForm(Form):
    """Something to be said beside the data."""

    text = AreaField(
        N_("Your statement"),
        hint=N_("It stays with your data, goes with every copy of it, and our staff see it. Up to 4,000 signs."),
        validators=[InputRequired(N_("Write what should be said.")), Length(max=4000)],
    )
