"""How an address is written and compared, and what is said of one that cannot be taken."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from portal.kernel.problems import N_, Problem
from portal.sources.identifiers import normal_phone

TYPED = ("email", "phone")  # any other kind comes by a signed hand-off
LONGEST = 320  # characters; an address may have 254 bytes (RFC 5321 §4.5.3.1.3)


class WrongCode(Problem):
    """The code does not open: mistyped, expired, used, or never sent. All of them look alike."""

    status, code = 422, "wrong-code"
    say = N_("This code is not right, or it is no longer valid.")
    then = N_("Type the newest code from your mail, or ask for a new one.")


class NotAnAddress(Problem):
    """What was typed cannot be an e-mail address."""

    status, code = 422, "not-an-address"
    say = N_("This is not an e-mail address that mail can reach.")
    then = N_("Check it for a typing mistake, for example minh@example.com.")


class NotAPhone(Problem):
    """What was typed cannot be a phone number of a known country."""

    status, code = 422, "not-a-phone"
    say = N_("This is not a phone number with its country code.")
    then = N_("Write it with a plus sign, for example +84 90 123 45 67.")


class NoTexts(Problem):
    """The operator has set no gateway, so a phone cannot be proven."""

    status, code = 503, "no-texts"
    say = N_("We cannot send text messages at the moment.")
    then = N_("Use an e-mail address instead, or write to us.")


def normal(kind: str, typed: str) -> str:
    """Return an address as it is compared and written to: e-mail in small letters, phone as E.164.

    Not casefolded: ß and ss are one name and two addresses (IDNA 2008). Raises NotAnAddress, NotAPhone.
    """
    if len(typed) > LONGEST:  # to compose a text takes the square of the marks in it, and holds up the whole process
        raise NotAPhone if kind == "phone" else NotAnAddress
    if kind == "phone":
        number = normal_phone(typed) if typed.strip().startswith(("+", "00")) else ""
        if not number:
            raise NotAPhone
        return number
    try:
        return str(validate_email(typed, check_deliverability=False).normalized).lower()
    except EmailNotValidError as error:
        raise NotAnAddress from error
