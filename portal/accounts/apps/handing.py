"""From an app into this portal: a code that its back end asks for and its webview posts, once (RULES W1, A3).

The key of the back end signs for one thing alone: that the person is the holder of an account of that app. So this
number is proven, and nothing else is. An e-mail address that comes along proves nothing until a code went to it;
whoever could name an address to the app would otherwise be let into its holder's account here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from portal.accounts import identifiers, service, sessions
from portal.accounts.apps.models import Handoff
from portal.accounts.apps.told import METHODS as METHODS
from portal.accounts.apps.told import BadMoment as BadMoment
from portal.accounts.apps.told import Over as Over
from portal.accounts.apps.told import Question as Question
from portal.accounts.apps.told import Taken as Taken
from portal.accounts.apps.told import Told as Told
from portal.accounts.apps.told import UnknownApp as UnknownApp
from portal.accounts.apps.told import Visit as Visit
from portal.accounts.keeping import of_people
from portal.accounts.models import Account, Challenge, Identifier
from portal.accounts.persons import number_of
from portal.accounts.spans import FRESH
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic, clear
from portal.sources import registry
from portal.sources.identifiers import EXTERNAL, external
from portal.sources.registry import OWN

CODE_LIFE = timedelta(seconds=60)
ANSWER_LIFE = timedelta(minutes=10)
MISSES = "30/hour"  # codes that open nothing, from one network; 256 bits need no more, but whoever tries is slowed down
SKEW = timedelta(seconds=60)
CONFIRMING = "/confirm/code"
GIVEN, ASKING, FIRST, USED = "given", "asking", "first", "used"
OPENED, CODE = "opened", "code"

audit.declare("accounts.handed_over", "source")


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
        row = spend(code, GIVEN)
    except Over:
        limits.hit(MISSES, "handoff by network", network)
        raise
    account = _account_of(row.external_id)
    if visit.foreign or (visit.account_id is not None and visit.account_id != account):
        return _wait(row, ASKING)
    return _go_on(row, account, visit)


def answer(token: str, visit: Visit) -> Taken:
    """Go on after the person has said yes; raises Over."""
    row = spend(token, ASKING)
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
    spend(token, FIRST)
    return attempt


def alone(token: str, visit: Visit) -> Taken:
    """Open an account that has the app's number and nothing else; raises Over."""
    row = spend(token, FIRST)
    return open_session(row, _account_of(row.external_id) or _new_account(row), visit)


def forget_past() -> None:
    """Remove what is over."""
    clear(Handoff, Handoff.expires_at <= clock.now() - ANSWER_LIFE)


def _waiting(token: str) -> Handoff:
    open_now = (Handoff.state << [ASKING, FIRST]) & (Handoff.expires_at > clock.now())
    found: Handoff | None = Handoff.get_or_none(Handoff.digest == tokens.digest(token), open_now)
    if found is None:
        raise Over
    return found


def spend(token: str, state: str) -> Handoff:
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
        return open_session(row, account, visit)
    if not row.email:
        return open_session(row, _new_account(row), visit)
    if attempt := _attempt(_joining(row), row.external_id):
        return Taken(CODE, attempt, row.look, row.language, "/sign-in/code")
    return _wait(row, FIRST)


def open_session(row: Handoff, account: int, visit: Visit) -> Taken:
    """Open the session of an account for whoever has used a code up, and say where they go on."""
    fresh = row.confirmed_at + FRESH if row.confirmed_at else None
    with atomic():
        if visit.account_id == account:
            token = sessions.change_over(visit.token, fresh)
        else:
            mark = sessions.mark_of_app(row.external_id) if row.external_id else visit.mark
            token = sessions.begin(Account.get_by_id(account), visit.device, visit.place, mark, fresh or clock.now())
        Handoff.update(account=account).where(Handoff.id == row.id).execute()
        if row.external_id:
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
    return (pending.onward if pending else "") or of_people.latest(account) or "/overview"


def _joining(row: Handoff) -> Any:
    hashes = crypto.keyed_hashes("email", row.email or "")
    return (Challenge.address_hash << hashes) & Challenge.account.is_null() & Challenge.external_id.is_null(False)


def _attempt(which: Any, external_id: str | None = None) -> str:
    """Return a new token of the newest attempt among these, "" where there is none.

    Of those that join an app's account to a mailbox only the same number's counts. Any app can name the address: with
    the code of somebody else's attempt its holder would give their account to that other number.
    """
    open_now = (Challenge.state << ["asked", "sent"]) & (Challenge.expires_at > clock.now())
    attempts = Challenge.select().where(which, open_now).order_by(Challenge.id.desc())
    found: Challenge | None = next((one for one in attempts if one.external_id == external_id), None)
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
