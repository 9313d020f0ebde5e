"""What the door of the staff asks: an address, a code, a second factor."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length

from portal.kernel.problems import N_
from portal.web.fields import (
    CodeField,
    EmailField,
    Form,
    TextField,
)


class AddressForm(Form):
    """Asks a member for the address that a code goes to."""

    email = EmailField(
        N_("E-mail address"),
        hint=N_("The one at which you are a member of the staff."),
        validators=[InputRequired(N_("Enter your e-mail address."))],
    )


class FactorForm(Form):
    """Asks for the six digits that an authenticator app shows now."""

    code = CodeField(
        N_("Code from your authenticator app"),
        hint=N_("Six digits that change every 30 seconds."),
        missing=N_("Enter the six digits that the app shows."),
    )


class RecoveryForm(Form):
    """Asks for a recovery code."""

    code = TextField(
        N_("Recovery code"),
        hint=N_("One of the ten that you kept, for example k7mx-29pd-wq4r. Each works once."),
        autocomplete="one-time-code",
        validators=[InputRequired(N_("Enter one of your recovery codes.")), Length(max=60)],
    )
