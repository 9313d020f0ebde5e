"""Signing in by a code, confirming by a code, and the sessions that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal import config
from portal.accounts import alarms, blocking, identifiers, sessions
from portal.accounts.identifiers import NotAnAddress as NotAnAddress
from portal.accounts.identifiers import WrongCode as WrongCode
from portal.accounts.models import Account, Challenge, Identifier, Session
from portal.accounts.persons import country_in, number_of
from portal.accounts.spans import CODE_LIFE as CODE_LIFE
from portal.accounts.spans import FRESH, TRIES
from portal.accounts.spans import IDLE as IDLE
from portal.accounts.spans import LONGEST as LONGEST
from portal.kernel import audit, clock, crypto, limits, tokens
from portal.kernel.db import atomic, clear
from portal.kernel.problems import N_, Problem, SourceUnavailable
from portal.kernel.work import Claim, wake_table
from portal.notices import bounces, messages, push
from portal.sources import registry
from portal.sources.base import Identifier as Proof

LONGEST_WAY = 255  # characters of an address to go on to
PER_ADDRESS, PER_NETWORK, PER_ACCOUNT = "6/hour", "60/hour", "12/hour"

audit.declare("accounts.code_asked")
audit.declare("accounts.signed_out")
audit.declare("accounts.confirmed")


class NoMailbox(Problem):
    """Somebody came from an app and has proven no address to which a code could go."""

    status, code = 409, "no-mailbox"
    say = N_("We have no address of yours to send a code to.")
    then = N_("Go back to the app, confirm there that it is you, and open this page again.")


@dataclass(frozen=True)
class Pending:
    """What the page that asks for a code may show."""

    address: str
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """A session just begun: its token for the cookie, and where the person was going."""

    token: str
    onward: str


def normal_email(typed: str) -> str:
    """Return an address as it is compared: casefolded, without blanks; raises NotAnAddress."""
    return identifiers.normal("email", typed)


def ask_code(
    typed: str, network: str, language: str, onward: str, age_rule: str | None = None, external_id: str | None = None
) -> str:
    """Note that a code is wanted for an address; return the token of the attempt, for a cookie.

    Whether the address is known is not looked up here: the worker decides (RULES R3). `age_rule` is what somebody who
    signs up was found to be old enough for, `external_id` what a hand-off proved of whoever asks.
    Raises NotAnAddress, TooManyTries.
    """
    address = normal_email(typed)
    limits.hit(PER_NETWORK, "code by network", network)
    limits.hit(PER_ADDRESS, "code by address", address)
    return _challenge(address, language, onward, account=None, age_rule=age_rule, external_id=external_id)


def ask_confirmation(account_id: int, language: str, onward: str) -> str:
    """Send a code to the person's own address before a step that matters; raises NoMailbox, TooManyTries."""
    proven = Identifier.of(account_id, "email").first()
    if proven is None:
        raise NoMailbox
    address = proven.value
    limits.hit(PER_ACCOUNT, "code by account", str(account_id))  # not by address, or strangers could use it up
    return _challenge(address, language, onward, account=account_id)


def _challenge(address: str, language: str, onward: str, account: int | None, **proven: str | None) -> str:
    token = tokens.new_token()
    with atomic():
        Challenge.create(
            digest=tokens.digest(token),
            account=account,
            kind="email",
            address=address,
            address_hash=crypto.keyed_hash("email", address),
            language=language,
            onward=onward if len(onward) <= LONGEST_WAY else "",
            **proven,
            expires_at=clock.now() + CODE_LIFE,
        )
        audit.record("accounts.code_asked", subject=number_of(account) if account else None)
    return token


def decide(claim: Claim[Challenge]) -> None:
    """Send the code if the address belongs to an account or to somebody in a connected system, or signs up."""
    asked = claim.row
    if asked.expires_at <= clock.now():
        claim.done(state="expired")
        return
    say = _message(asked)
    if say is None:
        claim.done(state="unknown")
        return
    to = messages.Recipient(asked.address, asked.language, asked.account_id)
    if say is messages.sign_up_code and blocking.is_blocked("email", asked.address):
        with claim.step(state="unknown", due_at=None):  # to whoever typed the address it looks like any other
            messages.sign_up_closed(to, f"code:{asked.digest}", f"{config.site().base_url}/requests/new")
        return
    code = tokens.new_code()
    with claim.step(state="sent", code_hash=_code_hash(asked, code), due_at=None):
        say(to, f"code:{asked.digest}", code, int(CODE_LIFE.total_seconds() // 60))


def _message(asked: Challenge) -> Callable[[messages.Recipient, str, str, int], None] | None:
    if asked.account_id:
        return messages.confirm_code
    if asked.external_id is not None:
        return messages.sign_in_code  # an app vouches for somebody who reads this mailbox
    if asked.age_rule is None:
        return messages.sign_in_code if _known(asked) else None
    try:
        return messages.sign_up_known if _known(asked) else messages.sign_up_code
    except SourceUnavailable:  # the code opens what there is either way, so nobody waits for a silent system
        return messages.sign_up_code


def _known(asked: Challenge) -> bool:
    hashes = crypto.keyed_hashes("email", asked.address)
    if Identifier.select().where(Identifier.hash << hashes).exists():
        return True
    silent: list[SourceUnavailable] = []
    for source in registry.active().connected():
        try:
            if source.find(Proof("email", asked.address)):
                return True
        except SourceUnavailable as problem:  # another system may know the address
            silent.append(problem)
    if silent:
        raise silent[0]
    return False


def _code_hash(asked: Challenge, code: str) -> str:
    return crypto.keyed_hash("code", f"{asked.id}:{code}")


def pending(token: str) -> Pending | None:
    """Return the attempt of a browser, None when there is none or its time is over."""
    found = Challenge.get_or_none(Challenge.digest == tokens.digest(token), Challenge.expires_at > clock.now())
    if found is None:
        return None
    return Pending(found.address, found.expires_at)


def sign_in(token: str, code: str, device: str, place: str = "", mark: str = "") -> Opened:
    """Open a session with a code; the account is made now if there was none. Raises WrongCode, also for a replay."""
    used = _use(token, code)
    if used.account_id is not None:
        raise WrongCode
    with atomic():
        account = _account_of(used)
        if used.external_id is not None:
            identifiers.bind(account.id, used.external_id)
            mark = sessions.mark_of_app(used.external_id)
        return Opened(sessions.begin(account, device, place, mark), used.onward)


def confirm(session_token: str, account_id: int, token: str, code: str) -> Opened:
    """Renew a session with a code sent to its own person; it gets a new token. Raises WrongCode."""
    used = _use(token, code, account_id)
    with atomic():
        return Opened(renew(session_token, account_id), used.onward)


def renew(session_token: str, account_id: int) -> str:
    """Give a session whose person was just proven another while, under a new token; return the token."""
    fresh = tokens.new_token()
    Session.update(digest=tokens.digest(fresh), fresh_until=clock.now() + FRESH).where(
        Session.digest == tokens.digest(session_token), Session.ended_at.is_null()
    ).execute()
    audit.record("accounts.confirmed", subject=number_of(account_id))
    return fresh


def _use(token: str, code: str, account_id: int | None = None) -> Challenge:
    """Spend one try of a challenge, and the challenge itself when the code is right."""
    found = Challenge.get_or_none(Challenge.digest == tokens.digest(token), Challenge.expires_at > clock.now())
    if found is None:
        raise WrongCode
    with atomic():
        one_more = Challenge.update(tries=Challenge.tries + 1)
        counted = one_more.where(Challenge.id == found.id, Challenge.tries < TRIES).execute()
    if not counted:
        raise WrongCode
    right = tokens.same(found.code_hash or "", _code_hash(found, code))  # the same work where none was sent
    if not right or found.account_id != account_id:
        raise WrongCode
    with atomic():
        spent = Challenge.update(state="used").where(Challenge.id == found.id, Challenge.state == "sent").execute()
        bounces.arrived("email", found.address)
    if not spent:
        raise WrongCode
    return found


def _account_of(proven: Challenge) -> Account:
    hashes = crypto.keyed_hashes("email", proven.address)
    known = Identifier.get_or_none(Identifier.kind == "email", Identifier.hash << hashes)
    if known:
        Identifier.update(due_at=clock.now()).where(Identifier.id == known.id).execute()
        wake_table(Identifier)
        account: Account = known.account
        return account
    account = Account.create(
        language=proven.language,
        age_rule=proven.age_rule,
        age_confirmed_at=proven.created_at if proven.age_rule else None,
    )
    Identifier.create(account=account, kind="email", value=proven.address, hash=hashes[0])
    Challenge.update(account=account).where(Challenge.id == proven.id).execute()
    return account


def sign_out(token: str) -> None:
    """End a session; nothing happens if it ended before."""
    found = Session.get_or_none(Session.digest == tokens.digest(token))
    if found is None:
        return
    with atomic():
        push.forget(found.account_id, found.id, found.browser_hash or "")
        if Session.update(ended_at=clock.now()).where(Session.id == found.id, Session.ended_at.is_null()).execute():
            audit.record("accounts.signed_out", subject=number_of(found.account_id))


def recipient(account_id: int) -> messages.Recipient | None:
    """Return where messages to an account go: its main e-mail address."""
    account = Account.get_or_none(Account.id == account_id)
    proven = Identifier.of(account_id, "email").first()
    if account is None or proven is None:
        return None
    return messages.Recipient(proven.value, account.language or "en", account_id, country=country_in(account.age_rule))


def language(account_id: int) -> str | None:
    """Return the language that somebody has chosen here, None where they have not."""
    found = Account.select(Account.language).where(Account.id == account_id).scalar()
    return str(found) if found else None


def readers() -> int:
    """Return how many accounts there are: each has an inbox, and most an e-mail address."""
    return int(Account.select().count())


def readers_after(account_id: int, limit: int) -> tuple[int | None, list[messages.Recipient]]:
    """Return the last of the next so many accounts after one, and where each is told: by e-mail, else in the inbox.

    None when there are no more; in the order of their numbers, with two statements.
    """
    known = (
        Account.select(Account.id, Account.language).where(Account.id > account_id).order_by(Account.id).limit(limit)
    )
    languages = {account.id: account.language or config.site().languages[0] for account in known}
    if not languages:
        return None, []
    order = (Identifier.account, Identifier.main_at.desc(nulls="LAST"), Identifier.id)
    proven = Identifier.select().where(Identifier.account << list(languages), Identifier.kind == "email")
    main: dict[int, str] = {}
    for row in proven.order_by(*order):
        main.setdefault(row.account_id, row.value)
    return max(languages), [_reader(main.get(number), language, number) for number, language in languages.items()]


def _reader(address: str | None, language: str, account_id: int) -> messages.Recipient:
    return messages.Recipient(address or "", language, account_id, "email" if address else messages.INBOX)


def distrusted(account_id: int) -> datetime | None:
    """Return the moment before which nothing counts as asked by the person: a session then was somebody else's."""
    account = Account.get_or_none(Account.id == account_id)
    return account.distrusted_at if account else None


def distrust(account_id: int) -> None:
    """Let nothing that was asked for until now be carried out, for it was not the person who asked."""
    Account.update(distrusted_at=clock.now()).where(Account.id == account_id).execute()


def forget_past() -> None:
    """Remove attempts that are over, sessions that ended and limits whose window is past."""
    now = clock.now()
    clear(Challenge, Challenge.expires_at <= now)
    identifiers.forget_past()
    alarms.forget_past()
    clear(Session, Session.created_at <= now - LONGEST)
    limits.forget_past()
    blocking.forget_past()
