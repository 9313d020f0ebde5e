"""The formats that a corrected value must have: one spelling a value, so that systems agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from portal.accounts.identifiers import NotAnAddress, NotAPhone, normal
from portal.kernel.problems import N_, Problem

LONGEST = 120  # characters; systems that keep less refuse it themselves
_TAX_ID = re.compile(r"[0-9A-Z]{5,20}(-[0-9A-Z]{1,6})?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_DIGITS = re.compile(r"[0-9][0-9 .-]{4,}[0-9]")
_FIRST_YEAR = 1900
_SAYS = {
    "empty": N_("Write what it should be."),
    "long": N_("Write at most 120 signs."),
    "signs": N_("There is a sign in it that cannot be stored. Write it with letters, digits and the usual signs."),
    "date": N_("Write a day that has been, such as 1990-11-22."),
    "tax_id": N_("This is no tax ID. Write its digits, such as 0312345678 or 0312345678-001."),
    "bank_account": N_("This is no account number. Write the bank and the number, or an IBAN."),
    "iban": N_("This IBAN is mistyped: its check digits do not fit."),
}


class WrongFormat(Problem):
    """A value that is not what its kind must be."""

    status, code = 422, "wrong-format"
    say = N_("This is not written as it has to be.")
    then = N_("Write it again; nothing was changed.")

    def __init__(self, say: str) -> None:
        super().__init__()
        self.say = say  # type: ignore[misc] # of this one refusal


def canonical(kind: str, typed: str) -> str:
    """Return a value as it is stored, whatever way it was typed; raises WrongFormat and nothing else.

    What is canonical stays as it is when it comes again.
    """
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text:
        raise WrongFormat(_SAYS["empty"])
    if len(text) > LONGEST:
        raise WrongFormat(_SAYS["long"])
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
        raise WrongFormat(_SAYS["signs"])
    return _FORMS[kind](text)


def _address(kind: str) -> Callable[[str], str]:
    def form(text: str) -> str:
        try:
            return normal(kind, text)
        except (NotAnAddress, NotAPhone) as problem:
            raise WrongFormat(problem.say) from problem

    return form


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise WrongFormat(_SAYS["date"]) from error
    if not _FIRST_YEAR <= day.year or day > date.today():
        raise WrongFormat(_SAYS["date"])
    return day.isoformat()


def _tax_id(text: str) -> str:
    found = text.upper().replace(" ", "").replace(".", "")
    if not _TAX_ID.fullmatch(found) or not any(sign.isdigit() for sign in found):
        raise WrongFormat(_SAYS["tax_id"])
    return found


def _bank_account(text: str) -> str:
    packed = text.upper().replace(" ", "")
    if _IBAN.fullmatch(packed):
        if not _sums_up(packed):
            raise WrongFormat(_SAYS["iban"])
        return packed
    if not _DIGITS.search(text):
        raise WrongFormat(_SAYS["bank_account"])
    return text


def _sums_up(iban: str) -> bool:
    """Check an IBAN by its own digits (ISO 13616: modulo 97)."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


_FORMS: dict[str, Callable[[str], str]] = {
    "text": str,
    "email": _address("email"),
    "phone": _address("phone"),
    "date": _date,
    "tax_id": _tax_id,
    "bank_account": _bank_account,
}
