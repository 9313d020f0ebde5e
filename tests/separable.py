"""The stated test of what can be told apart: two kinds of tries, interleaved, compared in words, bytes and time.

Words and bytes: once the address and one-off secrets are blanked out, all answers are one and the same.
Time: Mann and Whitney's rank test, two-sided, normal approximation with ties. Two samples count as separable when
chance alone would drive their ranks so far apart less than once in 100,000 runs; with 200 tries of each kind that
finds a kind whose answer is the slower one in 63 of 100 pairs.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from werkzeug.test import TestResponse

FAR = 4.42  # standard deviations: one in 100,000, two-sided
_SECRETS = re.compile(r'(value=")[0-9a-f]{32,}(")|(nonce-|=)[A-Za-z0-9_-]{32,}')


def deviation(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return how many standard deviations the ranks of the first sample lie from where chance would put them."""
    here, there = len(ones), len(others)
    marked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    rank_sum, ties, before = 0.0, 0, 0
    for _, group in groupby(marked, key=lambda mark: mark[0]):
        equal = list(group)
        rank_sum += sum(first for _, first in equal) * (before + (len(equal) + 1) / 2)
        ties += len(equal) ** 3 - len(equal)
        before += len(equal)
    total = here + there
    spread = here * there / 12 * (total + 1 - ties / (total * (total - 1)))
    return (rank_sum - here * (total + 1) / 2) / math.sqrt(spread) if spread else 0.0


class Tries:
    """Answers of one kind: what they said and how long each took."""

    def __init__(self) -> None:
        self.said: set[tuple[object, ...]] = set()
        self.sizes: set[int] = set()
        self.seconds: list[float] = []

    def add(self, ask: Callable[[], TestResponse], secret: str) -> TestResponse:
        """Try once; what was typed is blanked out of the answer before it is compared."""
        begun = time.perf_counter()
        answer = ask()
        self.seconds.append(time.perf_counter() - begun)
        text = _SECRETS.sub("…", answer.text.replace(secret, "…"))
        headers = tuple(sorted((name, _blank(value)) for name, value in answer.headers if name != "Date"))
        self.said.add((answer.status_code, headers, text))
        self.sizes.add(len(answer.data))
        return answer


def _blank(value: str) -> str:
    return re.sub(r"expires=[^;]+|[A-Za-z0-9_-]{32,}", "…", value, flags=re.IGNORECASE)


def assert_inseparable(ones: Tries, others: Tries) -> None:
    """Fail, saying how, where two kinds can be told apart."""
    assert ones.said == others.said, "their words differ"
    assert ones.sizes == others.sizes, "their sizes differ"
    apart = deviation(ones.seconds, others.seconds)
    assert abs(apart) < FAR, f"their times lie {apart:.1f} standard deviations apart"
