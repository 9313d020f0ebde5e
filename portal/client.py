"""Ask the privacy portal before you use somebody's data. One file, standard library only: copy it into your program.

    portal = Client("https://privacy.example.com", key)
    if portal.may(email("minh@example.com"), "marketing.events", "email"):
        send(...)

The key needs the scope `may:read`, and `suppressions:read` for the cache. A client may be shared by threads; make it
after a fork, not before.

What it promises
- It denies on doubt: whatever is not answered, not understood or not known is `False`, and nothing is ever raised by
  `may`. `ask` gives the reason too.
- Answers are kept and used again. Before that, the client looks what has changed, at most every `fresh` seconds (1):
  so a choice on a page is obeyed `fresh` seconds later at the latest; `fresh=0` looks at every call. What is no choice,
  such as an account that was erased, is noticed after `max_age` seconds (60), when an answer is asked for again.

While the portal is down, or slower than `timeout` seconds (2)
- Questions that were not asked before are denied: `Answer(False, "unreachable")`.
- What was denied before stays denied.
- What was allowed before stays allowed for `patience` seconds (10) after the client last saw the portal's changes, and
  no longer; `patience=0` allows nothing then.
- The portal is tried again after `retry` seconds (1) and not at every call, so a caller waits for it once in a while
  only. When it is back, all that changed meanwhile is read before any kept answer is used.
- A key that is disabled, a scope that is missing, too many calls: the same as down. `trouble` says what it is, in words
  without personal data, and is empty when all is well.
"""

from __future__ import annotations

import hmac
import http.client
import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote, urlsplit

Person = Mapping[str, Any]
MOST = 10_000  # questions in one call
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,189}")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")
_text = partial(json.dumps, default=str)  # the id of a row may be a UUID
_NEVER = float("-inf")


def email(address: str) -> Person:
    """Name somebody by their e-mail address."""
    return {"email": address}


def phone(number: str) -> Person:
    """Name somebody by their phone number, with its calling code: +84912345678."""
    return {"phone": number}


def row(source: str, key: Any) -> Person:
    """Name somebody by the id of their row in a connected system; a list where its key has several columns."""
    return {"source": source, "id": key}


class Answer(NamedTuple):
    """Whether it may be done, why, since when, by which request, and when to ask again (with "quiet-hours")."""

    allowed: bool
    reason: str
    since: str = ""
    request: str = ""
    again_at: str = ""


UNREACHABLE = Answer(False, "unreachable")


class Question(NamedTuple):
    """May this purpose be followed for this person by this channel, up to this state, in this system?"""

    person: Person
    purpose: str
    channel: str = ""
    state: str = ""
    source: str = ""

    def body(self) -> dict[str, Any]:
        """Return it as it is sent."""
        return {"person": dict(self.person)} | {
            name: said for name, said in self._asdict().items() if said and name != "person"
        }

    def key(self) -> str:
        """Return what its answer is kept by."""
        return _text([dict(self.person), *self[1:]], sort_keys=True)


class Trouble(Exception):
    """The portal did not answer, or refused; the message has no personal data."""


class Client:
    """Asks one portal with one key; see above for what it promises."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 2.0,
        fresh: float = 1.0,
        max_age: float = 60.0,
        patience: float = 10.0,
        retry: float = 1.0,
        size: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._cache, self._clock = _Line(url, key, timeout, retry, clock), _Cache(size), clock
        self._fresh, self._max_age, self._patience = fresh, max_age, patience
        self._looking = threading.Lock()
        self._hash_key, self._keeps, self._cursor, self._looked = b"", True, "", _NEVER

    @property
    def trouble(self) -> str:
        """Return what is wrong with the portal or the key, "" when all is well."""
        return self._line.trouble

    def may(self, person: Person, purpose: str, channel: str = "", *, state: str = "", source: str = "") -> bool:
        """Tell whether it may be done now. False for whatever is in doubt; raises nothing."""
        return self.ask(person, purpose, channel, state=state, source=source).allowed

    def ask(self, person: Person, purpose: str, channel: str = "", *, state: str = "", source: str = "") -> Answer:
        """Return the answer with its reason; "unreachable" where the portal gave none."""
        return self.ask_many([Question(person, purpose, channel, state, source)])[0]

    def ask_many(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer many questions, in their order, with one call for each ten thousand that are not known."""
        self._look()
        found = [self._known(question) for question in questions]
        missing = [question for question, answer in zip(questions, found, strict=True) if answer is None]
        told = iter([answer for begin in range(0, len(missing), MOST) for answer in self._ask(missing[begin:][:MOST])])
        return [next(told) if answer is None else answer for answer in found]

    def admit(self, person: Person, source: str, captured: Sequence[str]) -> list[str]:
        """Return for each moment of capture how precisely its place may be stored: "off" where it may not be.

        Everything is "off" where the portal gives no answer.
        """
        try:
            body = {"person": dict(person), "source": source, "captured_at": list(captured)}
            told = self.call("POST", "/location/points", body)["points"]
            levels = [str(one["level"]) if one["allowed"] is True else "off" for one in told]
            return levels if len(levels) == len(captured) else ["off"] * len(captured)
        except (Trouble, KeyError, TypeError):
            return ["off"] * len(captured)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Make any call of the API, such as POST /location/points; raises Trouble. See /api/v1/openapi.json."""
        return self._line.call(method, path, body, headers)

    def close(self) -> None:
        """Close the connection of this thread; the next call opens another."""
        self._line.close()

    def _known(self, question: Question) -> Answer | None:
        """Return a kept answer that still counts, None where the portal has to be asked."""
        kept = self._cache.get(question.key())
        if kept is None:
            return None
        now, since = self._clock(), self._clock() - self._looked
        if not self._line.is_down:
            return kept.answer if now < kept.until and since <= self._fresh else None
        trusted = not kept.answer.allowed or (now < kept.until and since <= self._patience)
        return kept.answer if trusted else UNREACHABLE

    def _ask(self, questions: Sequence[Question]) -> list[Answer]:
        changes, keeps = self._cache.changes, bool(self._cursor)
        try:
            told = self.call("POST", "/may", {"questions": [question.body() for question in questions]})["answers"]
            answers = [_answer(one) for one in told]
        except (Trouble, KeyError, TypeError):
            answers = []
        if len(answers) != len(questions):
            return [self._known(question) or UNREACHABLE for question in questions]
        if keeps:
            until = self._clock() + self._max_age
            asked = zip(questions, answers, strict=True)
            new = ((one.key(), _Kept(answer, self._hashed(one.person), until)) for one, answer in asked)
            self._cache.put(new, changes)
        return answers

    def _look(self) -> None:
        """Read what changed, where that is due, and let go of what it touches."""
        if not self._is_due():
            return
        with self._looking:
            try:
                if self._is_due() and not self._cursor:
                    self._begin()
                while self._cursor and self._is_due() and self._read_changes():
                    pass
            except (Trouble, KeyError, TypeError, ValueError, AttributeError):
                return

    def _is_due(self) -> bool:
        return self._keeps and not self._line.is_down and self._clock() - self._looked >= self._fresh

    def _begin(self) -> None:
        shared = self.call("GET", "/key")["hash"]
        if shared is None:
            self._keeps = False  # the key may not see changes, so nothing may be kept
            return
        self._hash_key = bytes.fromhex(shared["key"])
        self._cursor = str(self.call("GET", "/suppressions/changes?cursor=now")["next"])

    def _read_changes(self) -> bool:
        """Read one page of what changed; return whether there is more."""
        began = self._clock()
        told = self.call("GET", f"/suppressions/changes?limit=1000&cursor={quote(self._cursor)}")
        self._cache.forget([str(person) for line in told["changes"] for person in line["people"]])
        self._cursor, more = str(told["next"]), told["more"] is True
        if not more:
            self._looked = began
        return more

    def _hashed(self, person: Person) -> str:
        """Return how changes name a person; "" for a name that might be written in another way there."""
        said = ""
        if _EMAIL.fullmatch(str(person.get("email", ""))):
            said = f"email:{person['email'].lower()}"
        elif _PHONE.fullmatch(str(person.get("phone", ""))):
            said = f"phone:{person['phone']}"
        elif "id" in person:
            key = person["id"] if isinstance(person["id"], list) else [person["id"]]
            said = f"source:{person['source']}:{_text(key)}"
        return hmac.new(self._hash_key, said.encode(), "sha256").hexdigest() if said else ""


class _Kept(NamedTuple):
    answer: Answer
    person: str
    until: float


class _Cache:
    """Answers by their question, the least used going first, and let go of by person."""

    def __init__(self, size: int) -> None:
        self.changes = 0
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._of: dict[str, set[str]] = {}

    def get(self, key: str) -> _Kept | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, answers: Iterable[tuple[str, _Kept]], changes: int) -> None:
        """Keep answers, unless something changed while they were on their way; of whom changes do not name, none."""
        with self._lock:
            if changes != self.changes:
                return
            for key, kept in answers:
                if kept.person:
                    self._kept[key] = kept
                    self._kept.move_to_end(key)
                    self._of.setdefault(kept.person, set()).add(key)
            while len(self._kept) > self._size:
                key, kept = self._kept.popitem(last=False)
                self._of[kept.person].discard(key)
                if not self._of[kept.person]:
                    del self._of[kept.person]

    def forget(self, people: Sequence[str]) -> None:
        with self._lock:
            self.changes += bool(people)
            for person in people:
                for key in self._of.pop(person, ()):
                    del self._kept[key]


class _Line:
    """The way to one portal: a connection for each thread, and no call for a while after one that failed."""

    def __init__(self, url: str, key: str, timeout: float, retry: float, clock: Callable[[], float]) -> None:
        self.trouble = ""
        self._url, self._key, self._timeout, self._retry, self._clock = urlsplit(url), key, timeout, retry, clock
        self._local = threading.local()
        self._not_before = _NEVER

    @property
    def is_down(self) -> bool:
        return self._clock() < self._not_before

    def call(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        if self.is_down:
            raise Trouble(self.trouble)
        try:
            status, text, wait = self._send(method, f"/api/v1{path}", body, headers)
            if status >= 500 or status in (401, 403, 429):
                self._rest(_told(status, text), max(self._retry, wait))
            if status >= 400:
                raise Trouble(_told(status, text))
            answer = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._rest(f"the portal does not answer: {type(error).__name__}", self._retry)
        self.trouble = ""
        return answer

    def close(self) -> None:
        if connection := getattr(self._local, "connection", None):
            connection.close()
            self._local.connection = None

    def _rest(self, trouble: str, seconds: float) -> NoReturn:
        self.trouble, self._not_before = trouble, self._clock() + seconds
        raise Trouble(trouble)

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, bytes, float]:
        """Send over a connection that is kept; once more over a new one where the portal had closed it."""
        sent = None if body is None else _text(body).encode()
        told = {"Authorization": f"Bearer {self._key}", "Accept": "application/json", **headers}
        told |= {} if sent is None else {"Content-Type": "application/json"}
        for is_last in (getattr(self._local, "connection", None) is None, True):
            connection = self._connection()
            try:
                connection.request(method, path, sent, told)
                answer = connection.getresponse()
                wait = answer.getheader("Retry-After", "0")
                return answer.status, answer.read(), float(wait) if wait.isdigit() else 0.0
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if is_last or isinstance(error, TimeoutError):
                    raise
        raise OSError

    def _connection(self) -> http.client.HTTPConnection:
        if getattr(self._local, "connection", None) is None:
            secure = self._url.scheme == "https"  # its certificate is checked, as by default
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._local.connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout)
        found: http.client.HTTPConnection = self._local.connection
        return found


def _answer(told: Mapping[str, Any]) -> Answer:
    """Read an answer; only the word true allows."""
    more = (told.get(name, "") for name in ("since", "request", "again_at"))
    return Answer(told["allowed"] is True, str(told["reason"]), *more)


def _told(status: int, text: bytes) -> str:
    """Return what a refusal is called; not its sentences, which the portal translates."""
    try:
        return f"the portal refuses: {status} {json.loads(text)['code']}"
    except (ValueError, KeyError, TypeError):
        return f"the portal refuses: {status}"
