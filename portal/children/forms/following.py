"""What is asked once a report is made: of who reports, and of who holds the account."""

from __future__ import annotations

from wtforms.validators import InputRequired

from portal.cases.forms.documents import DocumentsForm
from portal.kernel.problems import N_
from portal.web.fields import (
    AreaField,
    ChoiceField,
    EmailField,
    FilesField,
    Form,
    choice,
)


class MessageForm(Form):
    """Takes a message to staff."""

    text = AreaField(N_("Your message"))


class LinkForm(Form):
    """Asks for the address that a lost link goes to."""

    email = EmailField(N_("Your e-mail address"), validators=[InputRequired(N_("Enter your e-mail address."))])


class AnswerForm(Form):
    """Asks the holder of an account what is right."""

    kind = ChoiceField(
        N_("What is right?"),
        choices=[
            choice("grown", N_("I am grown up")),
            choice("child", N_("I am a child")),
            choice("words", N_("I want to say something else")),
        ],
    )
    body = AreaField(N_("Anything you want to tell us"), hint=N_("You can leave this empty."))


class ProofForm(DocumentsForm):
    """Takes a photo or a scan of a signed form."""

    files = FilesField(
        N_("Photo or scan of the signed form"),
        hint=N_("PDF, JPEG or PNG, 5 MB each. Please send no identity card. Cover everything that is not needed."),
    )


class AppealForm(Form):
    """Asks why a decision is wrong."""

    words = AreaField(N_("What is wrong about it?"), hint=N_("In your own words. You need no papers."))
