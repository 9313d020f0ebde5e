"""What an app says of its person, what a browser brings, and what comes of both; and how each is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal.kernel.problems import N_, Problem

# Ways in which an app proves its person anew (RFC 8176); a device that was only unlocked or held is none.
METHODS = frozenset({"face", "fpt", "iris", "retina", "vbm", "pin", "pwd", "otp", "hwk", "mfa"})


class Over(Problem):
    """A code that was used, is too old, or never was one: all of them look alike."""

    status, code = 410, "handoff-over"
    say = N_("This way into your account is used up.")
    then = N_("Each opens once and within a minute. Go back to the app and open this page again.")


class UnknownApp(Problem):
    """The app that the number belongs to is not connected, or knows nobody by a number."""

    status, code = 422, "unknown-source"
    say = N_("There is no connected system of this name whose people have numbers.")
    then = N_("Name a source whose manifest matches external_id.")


class BadMoment(Problem):
    """The app says that it proved its person in the future, or in a way that proves nobody."""

    status, code = 422, "bad-confirmation"
    say = N_("This is no proof of who is there.")
    then = N_("Send the moment of the last proof and its method, or neither.")


@dataclass(frozen=True)
class Told:
    """What a back end says of its person: `number` in `source`, which it vouches for; all else is a wish or a hint.

    `page` is a path of ours, "" for where the person was; `look` as `web.embed` writes it.
    """

    source: str
    number: str
    email: str = ""
    page: str = ""
    language: str = ""
    look: str = ""
    confirmed_at: datetime | None = None
    confirmed_by: str = ""


@dataclass(frozen=True)
class Visit:
    """The browser that a code comes from: its session, if it has one, and whether another site made it post."""

    token: str = field(repr=False)
    account_id: int | None
    device: str
    place: str
    foreign: bool
    mark: str = field(default="", repr=False)


@dataclass(frozen=True)
class Taken:
    """What became of a code. `outcome`: `opened` a session, `asking` or `first` wait for an answer, `code` for a code.

    `token` is that of the session, of the answer, or of the attempt; `attempt` that of a code which was to confirm
    something and is still on its way.
    """

    outcome: str
    token: str = field(repr=False)
    look: str
    language: str
    onward: str = ""
    account: int | None = None
    attempt: str = field(default="", repr=False)


@dataclass(frozen=True)
class Question:
    """What the page that waits for an answer may show: addresses, and a language to say it in."""

    email: str = ""
    source: str = ""
