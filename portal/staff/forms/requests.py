"""What is asked about a request: taking it in, deciding, extending it, keeping records."""

from __future__ import annotations

import html
from datetime import date

from wtforms.validators import InputRequired, Length

from portal.cases.kinds import KINDS
from portal.cases.service.deciding import FULFIL, PART, REFUSE
from portal.cases.service.deciding import REASONS as REFUSALS
from portal.cases.service.intake import CHANNELS, Wish
from portal.children.service.rulings import OUTCOMES, Wanted
from portal.kernel import clean
from portal.kernel.problems import N_
from portal.staff.forms.members import languages
from portal.web.fields import (
    AreaField,
    CheckField,
    ChoiceField,
    DayField,
    EmailField,
    Form,
    SelectField,
    TextField,
    choice,
)


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


class AddressForm(Form):
    """Asks where whoever asks is written to, where no mail arrived so far."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_(
            "As they said or wrote it. A code to this address will show that it is them, so take it from nobody else."
        ),
        validators=[InputRequired(N_("Enter the address."))],
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
            tuple(int(one) for one in subjects if one.isdecimal() and len(one) < 10),
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
        hint=N_("The person reads it where their deletion stands: name the law or the proceedings, and nobody else."),
        validators=[InputRequired(N_("Write the reason.")), Length(max=500)],
    )
