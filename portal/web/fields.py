"""Form fields that draw themselves: label, hint, error and control, tied together for those who do not see them.

Labels, hints and the messages of validators are marked with N_ where they are written, translated where they are drawn.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import wtforms
from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp, ValidationError

from portal.kernel.problems import N_
from portal.web.htmx import draw
from portal.web.present import known
from portal.web.words import here


class Form(FlaskForm):
    """A form of this site; where it was sent from is asked once for all of them, in csrf.py."""

    class Meta(FlaskForm.Meta):
        """How forms read what was sent."""

        csrf = False

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Read what was posted, also when it is nothing: what is already set is never taken for an answer.

            A page that is shown again after a proof is filled with what was typed on it before, unless it is drawn
            for everybody (`formdata=None`).
            """
            if form.is_submitted():
                return CombinedMultiDict((request.files, request.form))
            return None if formdata is None else known().kept

        def get_translations(self, form: FlaskForm) -> Any:
            """Let WTForms say its own messages in the language of the request."""
            return here().catalogue


class Drawn(wtforms.Field):
    """A field that draws itself with a template of its kind in templates/_fields."""

    kind = "input"
    type_ = "text"
    autocomplete = "off"
    inputmode = ""

    def __init__(self, label: str, *, hint: str = "", autocomplete: str = "", **options: Any) -> None:
        super().__init__(label, description=hint, **options)
        self.autocomplete = autocomplete or self.autocomplete

    def __call__(self) -> Markup:
        """Draw the field."""
        notes = [f"{self.id}-{note}" for note, there in (("hint", self.description), ("error", self.errors)) if there]
        context = {"id": self.id, "name": self.name, "hint": self.description, "errors": self.errors}
        return Markup(draw(f"_fields/{self.kind}.html", field=self, notes=" ".join(notes), **context))  # noqa: S704


class TextField(Drawn, wtforms.StringField):
    """A line of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed without the blanks around it."""
        self.data = valuelist[0].strip() if valuelist else ""


class EmailField(TextField):
    """An e-mail address."""

    type_ = autocomplete = inputmode = "email"


class PhoneField(TextField):
    """A telephone number."""

    type_ = autocomplete = inputmode = "tel"


class CodeField(TextField):
    """Six digits that were sent to the person; they may be pasted with blanks between them (RULES U6)."""

    autocomplete, inputmode = "one-time-code", "numeric"

    def __init__(
        self,
        label: str = N_("Code from the mail"),
        *,
        hint: str = N_("Six digits."),
        missing: str = N_("Enter the six digits of the code."),
        **options: Any,
    ) -> None:
        super().__init__(label, hint=hint, validators=[Regexp(r"^\d{6}$", message=missing)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the digits alone."""
        self.data = re.sub(r"\D", "", valuelist[0]) if valuelist else ""


class CodeForm(Form):
    """Asks for the six digits of a mail."""

    code = CodeField()


def read_day(written: str | None) -> date | None:
    """Return a day as browsers send it; None for what is none, or no day that somebody means.

    Days at the ends of the calendar have no day before or after them, and no moment in every zone.
    """
    try:
        day = date.fromisoformat(written or "")
    except ValueError:
        return None
    return day if 1800 <= day.year <= 2999 else None


class DayField(TextField):
    """A day; browsers show a calendar."""

    type_ = "date"

    @property
    def day(self) -> date | None:
        """Return it, None where nothing is written."""
        return read_day(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no day."""
        if self.data and self.day is None:
            raise ValidationError(N_("Write the day as year, month and day: 2026-11-22."))


class FilesField(Drawn, wtforms.Field):
    """Files from the person's machine: the names that it gave them, and their content."""

    kind = "files"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was sent; a field left empty brings a file without a name."""
        self.data = [(file.filename, file.read()) for file in valuelist if getattr(file, "filename", "")]


class AreaField(TextField):
    """A text of several lines."""

    kind = "area"


class CheckField(Drawn, wtforms.BooleanField):
    """A box to tick."""

    kind = "check"


def choice(value: str, label: str, hint: str = "") -> SelectChoice:
    """Return one thing to choose, for SelectField and ChoiceField."""
    return SelectChoice(value=value, label=label, render_kw={"hint": hint})


class Option(NamedTuple):
    """One thing to choose, as it is drawn."""

    id: str
    value: str
    label: str
    hint: str
    chosen: bool


class SelectField(Drawn, wtforms.SelectField):
    """One of several, from a list that opens."""

    kind = "select"

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **{"invalid_choice_message": N_("Choose one of the answers."), **options})

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen; a choice that was not made is never the one shown before."""
        self.data = None
        super().process_formdata(valuelist)

    def options(self) -> list[Option]:
        """Return what may be chosen."""
        return [
            Option(f"{self.id}-{place}", one.value, one.label, one.render_kw.get("hint", ""), one.selected)
            for place, one in enumerate(self.iter_choices())
        ]


class ChoiceField(SelectField):
    """One of a few, all in sight."""

    kind = "choice"

    @property
    def first_id(self) -> str:
        """Return the id of the first control."""
        return f"{self.id}-0"
