"""The forms of the staff's side."""

from __future__ import annotations

import html
from datetime import date
from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, Regexp

from portal.accounts.staff.looks import LONGEST, REASONS
from portal.cases.kinds import KINDS
from portal.cases.service.deciding import FULFIL, PART, REFUSE
from portal.cases.service.deciding import REASONS as REFUSALS
from portal.cases.service.intake import CHANNELS, Wish
from portal.children.service.rulings import OUTCOMES, Wanted
from portal.kernel import clean
from portal.kernel.problems import N_
from portal.policies import service as policies
from portal.web.fields import (
    AreaField,
    CheckField,
    ChoiceField,
    CodeField,
    DayField,
    EmailField,
    Form,
    SelectField,
    TextField,
    choice,
)
from portal.web.site import site
from portal.web.words import here, name_of


class AddressForm(Form):
    """Asks a member for the address that a code goes to."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_("The one at which you are a member of the staff."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class MailedForm(Form):
    """Asks for the six digits from the mail."""

    code = CodeField(
        N_("Code from the mail"),
        hint=N_("Six digits."),
        validators=[Regexp(r"^\d{6}$", message=N_("Enter the six digits of the code."))],
    )


class FactorForm(Form):
    """Asks for the six digits that an authenticator app shows now."""

    code = CodeField(
        N_("Code from your authenticator app"),
        hint=N_("Six digits that change every 30 seconds."),
        validators=[Regexp(r"^\d{6}$", message=N_("Enter the six digits that the app shows."))],
    )


class RecoveryForm(Form):
    """Asks for a recovery code."""

    code = TextField(
        N_("Recovery code"),
        hint=N_("One of the ten that you kept, for example k7mx-29pd-wq4r. Each works once."),
        autocomplete="one-time-code",
        validators=[InputRequired(N_("Enter one of your recovery codes.")), Length(max=60)],
    )


class TextForm(Form):
    """Asks for a text that staff send often."""

    title = TextField(
        N_("Title"),
        hint=N_("Staff choose by it. Nobody else sees it."),
        validators=[InputRequired(N_("Enter a title.")), Length(max=80, message=N_("Enter at most 80 characters."))],
    )
    text = AreaField(N_("Text"), validators=[InputRequired(N_("Enter the text."))])


def languages() -> list[Any]:
    """Return the languages of the site, each by its own name."""
    return [choice(code, name_of(code)) for code in site().languages]


def roles() -> list[Any]:
    """Return the roles to choose from, each with what it is for."""
    return [
        choice("staff", N_("Staff"), N_("Answers requests and starts what two people decide.")),
        choice("approver", N_("Approver"), N_("Decides as the second person.")),
        choice("admin", N_("Admin"), N_("Looks after members of the staff and settings.")),
    ]


class RoleForm(Form):
    """Asks for a role."""

    role = ChoiceField(N_("Role"), choices=roles, validators=[InputRequired(N_("Choose a role."))])


class MemberForm(RoleForm):
    """Asks who is added."""

    name = TextField(
        N_("Name"),
        validators=[InputRequired(N_("Enter their name.")), Length(max=120, message=N_("This is too long."))],
    )
    email = EmailField(
        N_("E-mail address"),
        hint=N_("The address where they set up sign-in goes there; it works once, for 48 hours."),
        autocomplete="off",
        validators=[InputRequired(N_("Enter an e-mail address."))],
    )
    language = SelectField(N_("Language of their mails"), choices=languages)


class LanguageForm(Form):
    """Asks a member for the language of their mails and pages."""

    language = SelectField(N_("Language"), choices=languages)


class ReasonForm(Form):
    """Asks why somebody looks at the data of a person; what it is about stands in sealed fields."""

    reason = ChoiceField(
        N_("Why do you look at it?"),
        hint=N_("The person reads this with your role, and not your name."),
        choices=[choice(code, asked) for code, (asked, _) in REASONS.items()],
        validators=[InputRequired(N_("Choose a reason."))],
    )
    words = AreaField(
        N_("In words"),
        hint=N_("For the other members only. You may leave it empty."),
        validators=[Length(max=LONGEST, message=N_("This is too long."))],
    )
    subject, about, onward, seal = HiddenField(), HiddenField(), HiddenField(), HiddenField()


class EmbargoForm(Form):
    """Asks until when a look is held back, and why."""

    until = DayField(
        N_("Show it to the person from"), validators=[InputRequired(N_("Choose the day on which it is shown."))]
    )
    words = AreaField(
        N_("Why"),
        hint=N_("For example: it would warn somebody who is under investigation. Kept for the other admins."),
        validators=[
            InputRequired(N_("Say why it is held back.")),
            Length(max=LONGEST, message=N_("This is too long.")),
        ],
    )


class AbsenceForm(Form):
    """Asks who stands in for a member, and when they are away."""

    deputy = SelectField(N_("Who stands in"), hint=N_("Somebody in the same role."), coerce=str)
    first = DayField(N_("Away from"))
    last = DayField(N_("To"), hint=N_("Both days belong to it. Leave both empty if nobody is away."))


class IntakeForm(Form):
    """Asks for a request that came by phone, by post or in person."""

    kind = SelectField(
        N_("What is asked for"),
        choices=[choice("", N_("Choose")), *(choice(one.id, one.title) for one in KINDS.values())],
        validators=[InputRequired(N_("Choose one of the answers."))],
    )
    channel = ChoiceField(N_("How it came"), choices=[choice(name, title) for name, title in CHANNELS.items()])
    received = DayField(
        N_("Day on which it came"),
        hint=N_("The day on the envelope's stamp or of the call: all dates count from it."),
        validators=[InputRequired(N_("Enter the day on which it came."))],
    )
    email = EmailField(
        N_("E-mail address of whoever asks, if they gave one"),
        hint=N_("They are told by it that the request has arrived. Leave it empty if there is none."),
    )
    language = SelectField(N_("Language in which they are written to"), choices=languages)
    acting = SelectField(
        N_("For whom they ask"),
        choices=[
            choice("self", N_("For themselves")),
            choice("agent", N_("For somebody who has asked them to")),
            choice("representative", N_("As parent or legal representative")),
            choice("relative", N_("For somebody who has died")),
        ],
    )
    words = AreaField(
        N_("What they said"), hint=N_("An internal note: only staff read it."), validators=[Length(max=10_000)]
    )
    is_test = CheckField(N_("This is only a test"), hint=N_("It stays out of the queue and of all figures."))

    def wish(self) -> Wish:
        """Return what was entered."""
        return Wish(
            kind=str(self.kind.data),
            channel=str(self.channel.data),
            received=self.received.day or date.max,
            email=self.email.data or "",
            language=str(self.language.data),
            acting=str(self.acting.data),
            words=self.words.data or "",
            is_test=self.is_test.data,
        )


class DecisionForm(Form):
    """Asks what becomes of a request. Without a reason from the list and in words nothing is refused (RULES D6)."""

    outcome = ChoiceField(
        N_("What becomes of it"),
        choices=[
            choice(FULFIL, N_("Fulfil"), N_("All that was asked for.")),
            choice(PART, N_("Fulfil in part"), N_("With the reason for the rest.")),
            choice(REFUSE, N_("Refuse"), N_("With the reason, the authority and the court.")),
        ],
    )
    reason = SelectField(
        N_("Reason, where something is refused"),
        choices=[choice("", N_("None")), *(choice(name, words) for name, words in REFUSALS.items())],
    )
    words = AreaField(
        N_("Answer in words"),
        hint=N_("The person reads it. Say why, so that they can understand it and object."),
        validators=[Length(max=10_000)],
    )


class ChildDecisionForm(Form):
    """Asks what becomes of an account that may be a child's. Without a reason in words nothing is proposed."""

    outcome = ChoiceField(
        N_("What becomes of it"),
        choices=[choice(name, title) for name, title in OUTCOMES.items()],
        validators=[InputRequired(N_("Choose one of the answers."))],
    )
    until = DayField(N_("Kept safe until"), hint=N_("Only where it is kept for the police: at most one year."))
    child_agrees = CheckField(
        N_("The child agreed to it"), hint=N_("Only where data is shown to a parent, and the child is 7 or older.")
    )
    reason = SelectField(
        N_("Reason, where it is refused"),
        choices=[choice("", N_("None")), *(choice(name, words) for name, words in REFUSALS.items())],
    )
    words = AreaField(
        N_("Why"),
        hint=N_("The second person reads it. A verified parent reads it where they are refused something."),
        validators=[Length(max=10_000)],
    )

    def wanted(self, subjects: list[str], tables: list[str]) -> Wanted:
        """Return what was entered, with whom and which categories were ticked."""
        return Wanted(
            str(self.outcome.data),
            html.unescape(clean.text(self.words.data or "")),
            self.reason.data or "",
            tuple(int(one) for one in subjects if one.isdigit() and len(one) < 10),
            self.until.day,
            tuple(tables),
            bool(self.child_agrees.data),
        )


class ExtensionForm(Form):
    """Asks why more time is needed."""

    reason = AreaField(
        N_("Reason"),
        hint=N_("The person reads it."),
        validators=[InputRequired(N_("Write the reason.")), Length(max=2_000)],
    )


class SearchForm(Form):
    """Asks for an address to look for in the systems."""

    address = TextField(
        N_("E-mail address or phone number"),
        hint=N_("A phone with its country code, for example +84 90 123 45 67."),
        validators=[InputRequired(N_("Enter an address.")), Length(max=254)],
    )


class HoldForm(Form):
    """Asks which records have to stay, why and until when."""

    place = SelectField(N_("Records that have to stay"), choices=[])
    key = TextField(
        N_("One record among them, if only one is meant"),
        hint=N_("Its number in that system. Systems erase by tables, so the table stays until the hold ends."),
        validators=[Length(max=120)],
    )
    until = DayField(N_("Until"), validators=[InputRequired(N_("Enter the day on which the hold ends."))])
    reason = AreaField(
        N_("Legal reason"),
        hint=N_("The person reads it in the certificate: name the law or the proceedings, and nobody else."),
        validators=[InputRequired(N_("Write the reason.")), Length(max=500)],
    )


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
    reason = AreaField(
        N_("Why"),
        hint=N_("Which law or decision, and where it is published."),
        validators=[
            InputRequired(N_("Enter the reason.")),
            Length(max=2000, message=N_("Write at most 2,000 characters.")),
        ],
    )


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
        names = dict.fromkeys(name.rpartition(".")[0] if name.startswith("marketing.") else name for name in known)
        return [(name, _about(name)) for name in names]


def _about(name: str) -> str:
    topic = site().topics.get(name.partition(".")[2]) if name.startswith("marketing.") else None
    words = topic.title if topic else site().purposes[name].title
    return words.get(here().language) or next(iter(words.values()))
