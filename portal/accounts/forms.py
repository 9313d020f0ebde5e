"""The two forms of signing in."""

from __future__ import annotations

from wtforms.validators import InputRequired, Regexp

from portal.kernel.problems import N_
from portal.web.fields import CodeField, EmailField, Form


class AddressForm(Form):
    """Asks for the address that a code goes to."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_("The one that you use in our apps. We send a code to it."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class CodeForm(Form):
    """Asks for the six digits."""

    code = CodeField(
        N_("Code from the mail"),
        hint=N_("Six digits."),
        validators=[Regexp(r"^\d{6}$", message=N_("Enter the six digits of the code."))],
    )
