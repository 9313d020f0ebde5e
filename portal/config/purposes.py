"""What personal data may be used for: what people decide, what they may object to, what they are told alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from portal.config.post import between
from portal.config.problems import ConfigProblem

Words = dict[str, str]  # language -> text

OPT_IN, OPT_OUT, NOTICE = "opt-in", "opt-out", "notice"
NEVER, ALLOWED = "never", "allowed"  # the rule for children
_INTERESTS = frozenset({"legitimate-interest", "public-task"})  # what can be objected to (GDPR 21(1))
_ASKED = ("title", "wording", "data", "recipients", "retention")
_SWITCH, _LEVELS = ("off", "on"), ("off", "approximate", "precise")  # what pages of sharing and location draw


@dataclass(frozen=True)
class Purpose:
    """One thing that personal data may be used for, and what a person can answer to it.

    `states` are ordered from the most protective to the most permissive. With `choice` "opt-in" the first is the
    default (RULES C2), with "opt-out" the last, until somebody objects. `children` "never": it stops as soon as
    somebody may be a child.
    """

    id: str
    states: tuple[str, ...]
    legal_basis: str
    title: Words
    wording: Words
    data: Words
    recipients: Words
    retention: Words
    by_signal: bool = False  # a browser's signal (Global Privacy Control) switches it off
    choice: str = OPT_IN
    children: str = ALLOWED
    brief: Words = field(default_factory=dict)  # what it is for, in a line
    about: Words = field(default_factory=dict)  # and at length, above the choice

    @property
    def default(self) -> str:
        """Return the state that holds while nobody has said anything."""
        return self.states[-1] if self.choice == OPT_OUT else self.states[0]

    def raises(self, before: str, after: str) -> bool:
        """Tell whether a change gives more permission than there was."""
        return self.states.index(after) > self.states.index(before)


@dataclass(frozen=True)
class Channel:
    """A way on which messages come; `days` is how long one that was sent off before an "off" may still be under way."""

    id: str
    title: Words
    by: Words
    days: int
    hours: tuple[time, time] | None = None  # between which advertising may come on it (Decree 91/2020); None: at any


@dataclass(frozen=True)
class Topic:
    """What messages are about. Of `channels`, those in `kept_here` are kept by the portal alone: no system is told.

    `advertises`: messages bear the site's label of advertising.
    """

    id: str
    title: Words
    about: Words
    channels: tuple[str, ...]
    kept_here: frozenset[str]
    advertises: bool = True


@dataclass(frozen=True)
class Use:
    """One use of personal data that nobody is asked about, because a contract, the law or safety needs it.

    What a law asks for goes on in an account that is only stored (GDPR 18(2)); of others the site's file may say so.
    A purpose that is "notice" is one too, with all that a purpose says of itself.
    """

    legal_basis: str
    title: Words
    recipients: Words = field(default_factory=dict)  # empty: the company alone
    while_restricted: bool = False  # goes on while an account is only stored
    wording: Words = field(default_factory=dict)
    data: Words = field(default_factory=dict)
    retention: Words = field(default_factory=dict)
    children: str = ALLOWED


def asked(raw: Mapping[str, Any]) -> dict[str, Purpose]:
    """Read what people decide or may object to; raises ConfigProblem for what contradicts itself."""
    marketing = raw.get("marketing", {})
    channels, topics = marketing.get("channels", {}), marketing.get("topics", {})
    named = {name: entry for name, entry in raw["purposes"].items() if _choice(name, entry) != NOTICE}
    return {
        **{name: _purpose(name, entry) for name, entry in named.items()},
        **{made.id: made for name, entry in topics.items() for made in _messages(name, entry, channels)},
    }


def told(raw: Mapping[str, Any]) -> dict[str, Use]:
    """Read what people are told and not asked; raises ConfigProblem for what contradicts itself."""
    named = {name: entry for name, entry in raw["purposes"].items() if _choice(name, entry) == NOTICE}
    for name in named:
        if name in raw.get("uses", {}):
            raise ConfigProblem(f'purposes."{name}" is in [uses] too; name it once')
    return {name: _use(entry) for name, entry in {**raw.get("uses", {}), **named}.items()}


def channels(raw: Mapping[str, Any]) -> dict[str, Channel]:
    """Read the ways on which messages come."""
    entries = raw.get("marketing", {}).get("channels", {}).items()
    return {
        name: Channel(name, entry["title"], entry["by"], entry["days_under_way"], between(entry, "hours"))
        for name, entry in entries
    }


def topics(raw: Mapping[str, Any]) -> dict[str, Topic]:
    """Read what messages are about."""
    return {name: _topic(name, entry) for name, entry in raw.get("marketing", {}).get("topics", {}).items()}


def _choice(name: str, raw: Mapping[str, Any]) -> str:
    """Return how a purpose is asked about; raises ConfigProblem where that does not fit its legal basis."""
    choice, basis = raw.get("choice", OPT_IN), raw["legal_basis"]
    if choice == OPT_OUT and basis not in _INTERESTS:
        cure = 'write choice = "opt-in", or the interest that it rests on ("legitimate-interest", "public-task")'
        raise ConfigProblem(f'purposes."{name}" is opt-out and its legal_basis is "{basis}"; {cure}')
    if choice == NOTICE and basis == "consent":
        raise ConfigProblem(f'purposes."{name}" is a notice and rests on consent; consent has to be asked: "opt-in"')
    return str(choice)


def _children(raw: Mapping[str, Any], choice: str) -> str:
    """Return the rule for children: what is on by default stops for them, unless the file says otherwise."""
    return str(raw.get("children", NEVER if choice == OPT_OUT else ALLOWED))


def _purpose(name: str, raw: Mapping[str, Any]) -> Purpose:
    choice = _choice(name, raw)
    return Purpose(
        id=name,
        states=_states(name, raw),
        legal_basis=raw["legal_basis"],
        by_signal=raw.get("by_signal", False),
        choice=choice,
        children=_children(raw, choice),
        **{part: raw[part] for part in _ASKED},
        **{part: raw[part] for part in ("brief", "about") if part in raw},
    )


def _states(name: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the states of a purpose; ConfigProblem where its page could not draw them."""
    drawn = _LEVELS if name == "location.level" else _SWITCH if name.startswith("sharing.") else ()
    states = tuple(raw.get("states", drawn or _SWITCH))
    if drawn and states != drawn:
        raise ConfigProblem(f'purposes."{name}": its states can only be {", ".join(drawn)}; leave states out')
    if len(set(states)) != len(states) or len(states) < 2:
        raise ConfigProblem(f'purposes."{name}": states need two different words at least, the most protective first')
    return states


def _use(raw: Mapping[str, Any]) -> Use:
    basis = raw["legal_basis"]
    return Use(
        basis,
        raw["title"],
        raw.get("recipients", {}),
        raw.get("while_restricted", basis == "legal-obligation"),
        **{part: raw.get(part, {}) for part in ("wording", "data", "retention")},
        children=_children(raw, NOTICE),
    )


def _topic(name: str, raw: Mapping[str, Any]) -> Topic:
    channels, kept_here = tuple(raw["channels"]), frozenset(raw.get("kept_here", ()))
    return Topic(name, raw["title"], raw["about"], channels, kept_here, raw.get("advertises", True))


def _messages(topic: str, raw: Mapping[str, Any], channels: Mapping[str, Any]) -> Iterator[Purpose]:
    """Yield the purpose marketing.<topic>.<channel> for each channel of a topic, worded from both."""
    basis = raw.get("legal_basis", "consent")
    choice = _choice(f"marketing.{topic}", {"legal_basis": basis, "choice": raw.get("choice", OPT_IN)})
    for name in raw["channels"]:
        channel = channels[name]
        yield Purpose(
            id=f"marketing.{topic}.{name}",
            states=("off", "on"),
            legal_basis=basis,
            title={language: f"{title} {channel['by'][language]}" for language, title in raw["title"].items()},
            wording={language: text.format(by=channel["by"][language]) for language, text in raw["wording"].items()},
            data=channel["data"],
            recipients=channel["recipients"],
            retention=channel["retention"],
            choice=choice,
            children=_children(raw, choice),
        )
