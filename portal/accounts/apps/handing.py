"""From an app into this portal: a code that its back end asks for and its webview posts, once (RULES W1, A3).

The key of the back end signs for one thing alone: that the person is the holder of an account of that app. So this
number is proven, and nothing else is. An e-mail address that comes along proves nothing until a code went to it;
whoever could name an address to the app would otherwise be let into its holder's account here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.accounts import identifiers, service, sessions
from portal.accounts.apps import keeping
from portal.accounts.apps.models import Handoff
from portal.accounts.models import Account, Challenge, Identifier
from portal.accounts.persons import number_of
from portal.accounts.spans import FRESH
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import N_, Problem
from portal.sources import registry
from portal.sources.identifiers import EXTERNAL, external
from portal.sources.registry import OWN

CODE_LIFE = timedelta(seconds=60)
ANSWER_LIFE = timedelta(minutes=10)
MISSES = "30/hour"  # codes that open nothing, from one network; 256 bits need no more, but whoever tries is slowed down
SKEW = timedelta(seconds=60)
CONFIRMING = "/confirm/code"
# Ways in which an app proves its person anew (RFC 8176); a device that was only unlocked or held is none.
METHODS = frozenset({"face", "fpt", "iris", "retina", "vbm", "pin", "pwd", "otp", "hwk", "mfa"})
GIVEN, ASKING, FIRST, USED = "given", "asking", "first", "used"
OPENED, CODE = "opened", "code"

audit.declare("accounts.handed_over", "source")


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


def give(told: Told) -> tuple[str, datetime]:
    """Return a code for one person, and until when it opens; raises UnknownApp, BadMoment, NotAnAddress."""
    _check(told)
    value, code, until = external(told.source, told.number), tokens.new_token(), clock.now() + CODE_LIFE
    with atomic():
        Handoff.create(
            account=_account_of(value),
            digest=tokens.digest(code),
            external_id=value,
            external_hash=crypto.keyed_hash(EXTERNAL, value),
            email=service.normal_email(told.email) if told.email else None,
            page=told.page,
            language=told.language,
            look=told.look,
            confirmed_at=told.confirmed_at,
            confirmed_by=told.confirmed_by if told.confirmed_at else "",
            expires_at=until,
        )
    return code, until


def _check(told: Told) -> None:
    sources = {source.id: source for source in registry.active().connected() if source.id != OWN}
    known = sources.get(told.source)
    if known is None or not any(match.kind == EXTERNAL for match in known.manifest.subject.match):
        raise UnknownApp
    late = told.confirmed_at is not None and told.confirmed_at > clock.now() + SKEW
    if late or (told.confirmed_at is not None) != (told.confirmed_by in METHODS):
        raise BadMoment


def take(code: str, visit: Visit, network: str) -> Taken:
    """Use a code; raises Over, TooManyTries.

    Where the browser is somebody else's, or another site made it post the code, nothing happens before the person
    has said yes: nobody shall be signed in somewhere without knowing (ASVS 7.6.2).
    """
    try:
        row = _spend(code, GIVEN)
    except Over:
        limits.hit(MISSES, "handoff by network", network)
        raise
    account = _account_of(row.external_id)
    if visit.foreign or (visit.account_id is not None and visit.account_id != account):
        return _wait(row, ASKING)
    return _go_on(row, account, visit)


def answer(token: str, visit: Visit) -> Taken:
    """Go on after the person has said yes; raises Over."""
    row = _spend(token, ASKING)
    return _go_on(row, _account_of(row.external_id), visit)


def question(token: str) -> Question:
    """Return what may be shown of a code that waits for an answer; raises Over."""
    row = _waiting(token)
    account = _account_of(row.external_id)
    proven = Identifier.of(account, "email").first() if account else None
    return Question(proven.value if proven else row.email or "", row.external_id.partition(":")[0])


def join(token: str, network: str, language: str) -> str:
    """Send the code that makes the app's account and that of an address one; return the attempt. See `ask_code`."""
    row = _waiting(token)
    attempt = service.ask_code(row.email or "", network, language, row.page, external_id=row.external_id)
    _spend(token, FIRST)
    return attempt


def alone(token: str, visit: Visit) -> Taken:
    """Open an account that has the app's number and nothing else; raises Over."""
    row = _spend(token, FIRST)
    return _open(row, _account_of(row.external_id) or _new_account(row), visit)


def forget_past() -> None:
    """Remove what is over."""
    clear(Handoff, Handoff.expires_at <= clock.now() - ANSWER_LIFE)


def _waiting(token: str) -> Handoff:
    open_now = (Handoff.state << [ASKING, FIRST]) & (Handoff.expires_at > clock.now())
    found: Handoff | None = Handoff.get_or_none(Handoff.digest == tokens.digest(token), open_now)
    if found is None:
        raise Over
    return found


def _spend(token: str, state: str) -> Handoff:
    """Use up a token: of two at once, one."""
    mine = (Handoff.digest == tokens.digest(token)) & (Handoff.state == state) & (Handoff.expires_at > clock.now())
    with atomic():
        if not Handoff.update(state=USED).where(mine).execute():
            raise Over
    return Handoff.get(Handoff.digest == tokens.digest(token))


def _wait(row: Handoff, state: str) -> Taken:
    """Let a used code wait for an answer, under another token that only the page with the question has."""
    token = tokens.new_token()
    with atomic():
        Handoff.update(state=state, digest=tokens.digest(token), expires_at=clock.now() + ANSWER_LIFE).where(
            Handoff.id == row.id
        ).execute()
    return Taken(state, token, row.look, row.language)


def _go_on(row: Handoff, account: int | None, visit: Visit) -> Taken:
    if account is not None:
        return _open(row, account, visit)
    if not row.email:
        return _open(row, _new_account(row), visit)
    if attempt := _attempt(_joining(row)):
        return Taken(CODE, attempt, row.look, row.language, "/sign-in/code")
    return _wait(row, FIRST)


def _open(row: Handoff, account: int, visit: Visit) -> Taken:
    fresh = row.confirmed_at + FRESH if row.confirmed_at else None
    with atomic():
        if visit.account_id == account:
            token = sessions.change_over(visit.token, fresh)
        else:
            mark = sessions.mark_of_app(row.external_id)
            token = sessions.begin(Account.get_by_id(account), visit.device, visit.place, mark, fresh or clock.now())
        Handoff.update(account=account).where(Handoff.id == row.id).execute()
        source = row.external_id.partition(":")[0]
        audit.record("accounts.handed_over", subject=number_of(account), source=source)
    onward = row.page or _where_it_was(account, fresh is not None and fresh > clock.now())
    attempt = _attempt(Challenge.account == account) if onward == CONFIRMING else ""
    return Taken(OPENED, token, row.look, row.language, onward, account, attempt)


def _where_it_was(account: int, proven_now: bool) -> str:
    """Return the page to go on with: what a code was to open, what was typed last, else the first page."""
    confirming = (Challenge.account == account) & (Challenge.state << ["asked", "sent"])
    asked = Challenge.select().where(confirming, Challenge.expires_at > clock.now()).order_by(Challenge.id.desc())
    pending: Challenge | None = asked.first()
    if pending and not proven_now:
        return CONFIRMING
    return (pending.onward if pending else "") or keeping.latest(account) or "/overview"


def _joining(row: Handoff) -> Any:
    hashes = crypto.keyed_hashes("email", row.email or "")
    return (Challenge.address_hash << hashes) & Challenge.account.is_null() & Challenge.external_id.is_null(False)


def _attempt(which: Any) -> str:
    open_now = (Challenge.state << ["asked", "sent"]) & (Challenge.expires_at > clock.now())
    found: Challenge | None = Challenge.select().where(which, open_now).order_by(Challenge.id.desc()).first()
    if found is None:
        return ""
    token = tokens.new_token()
    with atomic():
        Challenge.update(digest=tokens.digest(token)).where(Challenge.id == found.id).execute()
    return token


def _account_of(value: str) -> int | None:
    hashes = crypto.keyed_hashes(EXTERNAL, value)
    found = Identifier.get_or_none(Identifier.kind == EXTERNAL, Identifier.hash << hashes)
    return int(found.account_id) if found else None


def _new_account(row: Handoff) -> int:
    with atomic():
        account = Account.create(language=row.language or None)
        identifiers.bind(account.id, row.external_id)
    return int(account.id)
