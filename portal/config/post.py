"""How the portal's own mail leaves and comes back, and the hours of a day that some of it keeps to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from portal.config.problems import ConfigProblem


@dataclass(frozen=True)
class Mail:
    """How the portal's own mail leaves and comes back.

    Below `answers` lie the addresses to which people answer and mail bounces; "" where nobody takes mail in. `domain`
    and `selector` name the DKIM key. What is not urgent waits while it is between `quiet`.
    """

    answers: str = ""
    domain: str = ""
    selector: str = ""
    quiet: tuple[time, time] | None = None


def mail(raw: Mapping[str, Any]) -> Mail:
    """Read `[mail]`; raises ConfigProblem."""
    if raw.get("dkim_domain") and not raw.get("dkim_selector"):
        raise ConfigProblem("mail.dkim_domain needs mail.dkim_selector beside it, the name of the key in the DNS")
    answers = raw.get("answers", "")
    if answers and not 1 <= len(answers.partition("@")[0]) <= 16:  # with what stands behind it, it must stay under 64
        raise ConfigProblem(f"mail.answers is {answers!r}; write an address with at most 16 characters before the @")
    return Mail(answers, raw.get("dkim_domain", ""), raw.get("dkim_selector", ""), between(raw, "quiet_hours"))


def between(raw: Mapping[str, Any], name: str) -> tuple[time, time] | None:
    """Return two times of a day, as ["07:00", "22:00"]; None where there are none."""
    if name not in raw:
        return None
    try:
        begin, end = (time.fromisoformat(each) for each in raw[name])
    except (TypeError, ValueError):
        raise ConfigProblem(f'{name} is {raw[name]!r}; write two times, as ["07:00", "22:00"]') from None
    return begin, end
