"""The forms of details: a new value, one with evidence, and a statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.cases.forms.documents import FilesForm
from portal.details import formats
from portal.kernel.problems import N_
from portal.web.fields import AreaField, CheckField, ChoiceField, FilesField, Form, TextField, choice

# How a browser helps with a kind of value: its type, what it may fill in, and which keys a phone shows.
_HELP = {
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "date": ("date", "bday", ""),
    "tax_id": ("text", "off", ""),
    "bank_account": ("text", "off", ""),
}
REVIEW, PROOF, OTHER = "review", "proof", "other"
_AUTOCOMPLETE = {
    "address": "street-address",
    "full_name": "name",
    "company": "organization",
    "job_title": "organization-title",
}
HINTS = {
    "phone": N_("With its country code, such as +84 90 123 45 67."),
    "address": N_("Street and number first, then place and country: up to 6 lines."),
    "bank_account": N_("The bank and the number, or an IBAN."),
    "tax_id": N_("Its digits, as on the letter of the tax office."),
}


class Difference(NamedTuple):
    """One detail on which systems do not agree, and what of it can be chosen."""

    name: str
    title: str
    kind: str
    way: str
    options: list[SelectChoice]


class ValueForm(Form):
    """A new value of one detail."""

    value: Any = TextField(N_("What it should be"), validators=[InputRequired(N_("Write what it should be."))])
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


_LINES = AreaField(N_("What it should be"), validators=[InputRequired(N_("Write what it should be."))])


def value_form(kind: type[ValueForm], detail_kind: str, name: str) -> ValueForm:
    """Return a form for a kind of value, with the help that a browser can give."""
    type_, autocomplete, inputmode = _HELP.get(detail_kind, ("text", _AUTOCOMPLETE.get(name, "off"), ""))
    made: ValueForm = (type("Lines", (kind,), {"value": _LINES}) if detail_kind == "address" else kind)()
    made.detail_kind = detail_kind
    field: Any = made.value
    field.type_, field.autocomplete, field.inputmode = type_, autocomplete, inputmode
    field.description = HINTS.get(detail_kind, "")
    return made


class DifferencesForm(FilesForm):
    """One choice for each detail on which the systems do not agree; see `differences_form`."""

    ways: Mapping[str, str]
    kinds: Mapping[str, str]

    def chosen(self) -> dict[str, str]:
        """Return what was chosen, by detail: a mark of a version, or OTHER."""
        made = {name: self[f"choice-{name}"].data for name in self.ways}
        return {name: choice for name, choice in made.items() if choice}

    def typed(self, name: str) -> str:
        """Return what was written in place of all versions."""
        field = f"other-{name}"
        return str(self[field].data or "") if field in self else ""

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Want a choice at least, a value where it is something else, and a reason for what staff look at."""
        valid, chosen = super().validate(*arguments, **options), self.chosen()
        wrong = [fault for name in self.ways for fault in self._wrong(name, chosen.get(name, ""))]
        if not chosen and not wrong:
            self.form_errors = [N_("Choose for one of them at least.")]
            return False
        if any(self.ways[name] == REVIEW for name in chosen) and not (self["why"].data or "").strip():
            wrong.append(("why", N_("Say in a sentence what is wrong.")))
        for field, say in wrong:
            self[field].errors = [say]
        return bool(valid and not wrong)

    def _wrong(self, name: str, choice: str) -> Iterator[tuple[str, str]]:
        field, typed = f"other-{name}", self.typed(name)
        if typed and choice != OTHER:
            yield field, N_("Choose “Something else” above, or leave this empty.")
        elif choice == OTHER:
            try:
                formats.canonical(self.kinds[name], typed)
            except formats.WrongFormat as problem:
                yield field, problem.say


def differences_form(differences: Sequence[Difference]) -> DifferencesForm:
    """Return a form for the details that differ."""
    fields: dict[str, Any] = {}
    for one in differences:
        options = [choice("", N_("Leave it as it is")), *one.options]
        if one.way != PROOF:
            options.append(choice(OTHER, N_("Something else")))
            fields[f"other-{one.name}"] = (AreaField if one.kind == "address" else TextField)(
                N_("What it should be instead"), hint=HINTS.get(one.kind, "")
            )
        fields[f"choice-{one.name}"] = ChoiceField(one.title, choices=options, default="")
    if any(one.way == REVIEW for one in differences):
        why = AreaField(N_("What is wrong, and how can we see it?"), validators=[Length(max=4000)])
        fields |= {"why": why, "files": ReviewForm.files, "restrict": ReviewForm.restrict}
    made: DifferencesForm = type("Differences", (DifferencesForm,), fields)()
    made.ways = {one.name: one.way for one in differences}
    made.kinds = {one.name: one.kind for one in differences}
    return made


class StatementForm(Form):
    """Something to be said beside the data."""

    text = AreaField(
        N_("Your statement"),
        hint=N_("It stays with your data, goes with every copy of it, and our staff see it. Up to 4,000 signs."),
        validators=[InputRequired(N_("Write what should be said.")), Length(max=4000)],
    )
