"""The formats that a corrected value must have: one spelling a value, so that systems agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from portal.accounts.addresses import NotAnAddress, NotAPhone, normal
from portal.kernel.problems import N_, Problem

LONGEST, LINES = 120, 6  # characters of a line, lines of an address; systems that keep less refuse it themselves
_TAX_ID = re.compile(r"[0-9A-Z]{5,20}(-[0-9A-Z]{1,6})?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NUMBER = re.compile(r"[0-9](?:[0-9 .-]*[0-9])?")
_SHORTEST, _MOST_DIGITS = 6, 19  # digits of an account number; Vietnamese banks give 6 to 19
_FIRST_YEAR = 1900
_SAYS = {
    "empty": N_("Write what it should be."),
    "long": N_("Write at most 120 signs."),
    "lines": N_("Write at most 6 lines."),
    "signs": N_("There is a sign in it that cannot be stored. Write it with letters, digits and the usual signs."),
    "date": N_("Write a day that has been, such as 1990-11-22."),
    "tax_id": N_("This is no tax ID. Write its digits, such as 0312345678 or 0312345678-001."),
    "bank_account": N_("This is no account number. Write the bank and the number, or an IBAN."),
    "bank_digits": N_("An account number has 6 to 19 digits. Check it digit by digit."),
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
    lines = [_line(line) for line in (typed.splitlines() if kind == "address" else [typed])]
    if not any(lines):
        raise WrongFormat(_SAYS["empty"])
    if sum(map(bool, lines)) > LINES:
        raise WrongFormat(_SAYS["lines"])
    return _FORMS[kind]("\n".join(filter(None, lines)))


def _line(typed: str) -> str:
    if len(typed) > 100 * LONGEST:  # not even composed, which takes the square of the marks in it
        raise WrongFormat(_SAYS["long"])
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(text) > LONGEST:
        raise WrongFormat(_SAYS["long"])
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
        raise WrongFormat(_SAYS["signs"])
    return text


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
    packed = _NUMBER.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    longest = max(map(len, re.findall("[0-9]+", packed)), default=0)
    if not longest:
        raise WrongFormat(_SAYS["bank_account"])
    if not _SHORTEST <= longest <= _MOST_DIGITS:
        raise WrongFormat(_SAYS["bank_digits"])
    return packed


def _sums_up(iban: str) -> bool:
    """Check an IBAN by its own digits (ISO 13616: modulo 97)."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


_FORMS: dict[str, Callable[[str], str]] = {
    "text": str,
    "address": str,
    "email": _address("email"),
    "phone": _address("phone"),
    "date": _date,
    "tax_id": _tax_id,
    "bank_account": _bank_account,
}
