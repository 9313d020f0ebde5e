"""The forms of the demo: its mobile app, and its mailbox."""

from __future__ import annotations

from typing import Any

from wtforms.validators import DataRequired

from portal.demo import mobile
from portal.kernel.problems import N_
from portal.web import embed
from portal.web.fields import AreaField, CheckField, Form, SelectField, choice
from portal.web.site import site
from portal.web.words import name_of

_PAGES = (
    ("", N_("Where the person was")),
    ("/overview", N_("Overview")),
    ("/location", N_("Location")),
    ("/marketing", N_("Marketing")),
    ("/download", N_("Download my data")),
    ("/deletion", N_("Delete my account")),
)


def _people() -> list[Any]:
    return [choice(one.number, one.name) for one in mobile.users()]


def _languages() -> list[Any]:
    return [choice(code, name_of(code)) for code in site().languages]


class AnswerForm(Form):
    """Asks what somebody answers to a mail, and from where."""

    text = AreaField(N_("Your answer"), validators=[DataRequired(N_("Write something."))])
    elsewhere = CheckField(N_("From another address, which is not proven"))


class AppForm(Form):
    """Asks how the app should open the portal."""

    who = SelectField(N_("Who is signed in to the app"), choices=_people)
    page = SelectField(N_("Page to open"), choices=[choice(path, title) for path, title in _PAGES])
    language = SelectField(N_("Language of the app"), choices=_languages)
    theme = SelectField(N_("Theme of the app"), choices=[choice("light", N_("Light")), choice("dark", N_("Dark"))])
    size = SelectField(N_("Size of text"), choices=[choice(str(size), f"{size} %") for size in embed.SIZES])
    face = CheckField(N_("The app has just recognised this person, by face or fingerprint"))
