"""The forms for adding an address, and for the code that proves one."""

from __future__ import annotations

from wtforms.validators import InputRequired

from portal.kernel.problems import N_
from portal.web.fields import CodeField, EmailField, Form, PhoneField


class NewEmailForm(Form):
    """Asks for an e-mail address to add."""

    address = EmailField(
        N_("E-mail address"),
        hint=N_("We send a code to it."),
        validators=[InputRequired(N_("Enter an e-mail address."))],
    )


class NewPhoneForm(Form):
    """Asks for a phone to add."""

    address = PhoneField(
        N_("Phone number"),
        hint=N_("With its country code, for example +84 90 123 45 67. We send a code to it by text message."),
        validators=[InputRequired(N_("Enter a phone number."))],
    )


class ProofForm(Form):
    """Asks for the six digits."""

    code = CodeField(N_("Code"))


NEW = {"email": NewEmailForm, "phone": NewPhoneForm}
