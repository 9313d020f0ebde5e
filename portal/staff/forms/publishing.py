"""What is asked of what people read: texts, the law in force, policies."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, Regexp

from portal.kernel.problems import N_
from portal.policies import service as policies
from portal.web.fields import (
    AreaField,
    ChoiceField,
    DayField,
    Form,
    SelectField,
    TextField,
    choice,
)
from portal.web.site import site
from portal.web.words import here


class TextForm(Form):
    """Asks for a text that staff send often."""

    title = TextField(
        N_("Title"),
        hint=N_("Staff choose by it. Nobody else sees it."),
        validators=[InputRequired(N_("Enter a title.")), Length(max=80, message=N_("Enter at most 80 characters."))],
    )
    text = AreaField(N_("Text"), validators=[InputRequired(N_("Enter the text."))])


def _source() -> AreaField:
    """Ask where a change comes from: each form that changes what a law says needs it."""
    return AreaField(
        N_("Why"),
        hint=N_("Which law or decision, and where it is published."),
        validators=[
            InputRequired(N_("Enter the reason.")),
            Length(max=2000, message=N_("Write at most 2,000 characters.")),
        ],
    )


class AgeForm(Form):
    """Asks for the age of a country from a day on."""

    age = TextField(
        N_("From which age"),
        hint=N_("In full years, for example 16. The site's own floor comes on top."),
        validators=[Regexp(r"^\d{1,2}$", message=N_("Enter a whole number."))],
    )
    since = DayField(
        N_("From which day on"),
        hint=N_("Tomorrow at the earliest. What was decided before keeps its age."),
        validators=[InputRequired(N_("Enter a day."))],
    )
    reason = _source()


class AmendForm(Form):
    """Asks what a law says from a day on."""

    path = TextField(
        N_("Which value"),
        hint=N_("Its name as in the list, for example deletion.complete, or holidays and a day: holidays.2027-02-10."),
        validators=[InputRequired(N_("Enter the name of a value.")), Length(max=64)],
    )
    value = TextField(
        N_("What it is then"),
        hint=N_("For example 20 days, 2 working days, 1 month, none; a holiday is free or worked."),
        validators=[InputRequired(N_("Enter a value.")), Length(max=500)],
    )
    since = DayField(
        N_("From which day on"),
        hint=N_("Tomorrow at the earliest. What was received before keeps its dates."),
        validators=[InputRequired(N_("Enter a day."))],
    )
    reason = _source()


class PolicyForm(Form):
    """Asks which document gets a new version, and whether people are asked about it."""

    document = SelectField(
        N_("Document"),
        choices=[choice(name, title) for name, title in policies.TITLES.items()],
        validators=[InputRequired()],
    )
    kind = ChoiceField(
        N_("What kind of change is it?"),
        choices=[
            choice("major", N_("Something is different"), N_("Everybody is told in advance and asked to accept it.")),
            choice("minor", N_("Only the wording"), N_("Spelling or an address, say. Nobody is told or asked again.")),
        ],
        validators=[InputRequired(N_("Choose one of the two."))],
    )


class DraftForm(Form):
    """Asks for the text of a version in one language; `seen` is the fingerprint of what was opened."""

    summary = AreaField(
        N_("In short"),
        hint=N_("What is new or matters most, in a few plain sentences. It stands above the text."),
        validators=[InputRequired(N_("Write the summary.")), Length(max=20_000)],
    )
    text = AreaField(
        N_("Text"),
        hint=N_("HTML: h2 and h3 for headings, p, ul, ol, li, strong, em, and a with href. All else is left out."),
        validators=[
            InputRequired(N_("Write the text.")),
            Length(max=policies.LONGEST, message=N_("This is too long.")),
        ],
    )
    seen = HiddenField()


class ScheduleForm(Form):
    """Asks from when a version holds; which choices it changes is ticked beside it."""

    since = DayField(N_("In force from"), validators=[InputRequired(N_("Enter the first day."))])
    wanted: tuple[str, ...] = ()

    def lay(self, ticked: list[str]) -> None:
        """Keep what was ticked, of what there is."""
        self.wanted = tuple(about for about, _ in self.abouts() if about in ticked)

    def abouts(self) -> list[tuple[str, str]]:
        """Return what a version can change: each choice, or for marketing its topic."""
        known = site().purposes
        of_topics = {
            f"marketing.{topic.id}.{way}": (f"marketing.{topic.id}", topic.title)
            for topic in site().topics.values()
            for way in topic.channels
        }
        titles = dict(of_topics.get(name, (name, purpose.title)) for name, purpose in known.items())
        return [(name, words.get(here().language) or next(iter(words.values()))) for name, words in titles.items()]
