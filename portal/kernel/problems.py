"""Expected refusals: each has a name, an HTTP status, a sentence for the person and what to do next."""

from __future__ import annotations

from typing import ClassVar


def N_(text: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return text


class Problem(Exception):
    """An expected refusal. `facts` fill the sentences and never hold personal data."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "problem"
    say: ClassVar[str] = N_("That did not work.")
    then: ClassVar[str] = N_("Go back and try again.")

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        return self.say % self.facts if self.facts else self.say


class NotFound(Problem):
    """No such thing, or not this person's: a stranger cannot tell which (RULES S1)."""

    status, code = 404, "not-found"
    say = N_("There is no such page.")
    then = N_("Check the address, or start again from the overview.")


class DeadLink(NotFound):
    """A link of a mail that opens nothing: made up, cut in two on its way, or its matter gone; nobody can tell which.

    `way` is where whoever wanted that gets on all the same: a path, and what the button that leads there says.
    """

    say = N_("This link opens nothing.")
    then = N_(
        "It may have been cut in two on its way, or what it was about is gone. Copy the whole of it from the mail."
    )
    way: ClassVar[tuple[str, str]] = ("", "")


class NotNow(Problem):
    """The thing exists, but its state does not allow this any more."""

    status, code = 409, "not-now"
    say = N_("This was already decided, so it cannot be changed now.")
    then = N_("Look at the request to see where it stands.")


class Gone(Problem):
    """An address that worked once and has expired."""

    status, code = 410, "gone"
    say = N_("This link has expired.")
    then = N_("Sign in to make a new one.")


class TooManyTries(Problem):
    """A limit was reached; facts: `minutes` until the next try."""

    status, code = 429, "too-many-tries"
    say = N_("That was tried too often.")
    then = N_("Wait %(minutes)s minutes, then try again.")


class SourceUnavailable(Problem):
    """A connected system does not answer; facts: `source` (title), `detail` (technical, no personal data)."""

    status, code = 503, "source-unavailable"
    say = N_("%(source)s does not answer at the moment.")
    then = N_("Nothing is lost. We keep trying and show here when it is done.")

    def __init__(self, *, permanent: bool = False, **facts: object) -> None:
        super().__init__(**facts)
        self.permanent = permanent


class LeaseLost(Problem):
    """Another worker has taken this row over; whoever held it stops at once."""

    status, code = 409, "lease-lost"
    say = N_("Another worker carries this on.")
