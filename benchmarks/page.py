"""How fast is `/location` for somebody signed in, with a million accounts and with a thousand?

Against a plain Flask and Jinja page of the same bytes on the same server. Both serve side by side and are asked in
turn; the ratio is the median of the pairs, so that what else the machine does falls on both.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import stage

PAIRS, SECONDS = 9, 2.0


def measure(folder: Path) -> None:
    """Measure and print both lines."""
    with ExitStack() as running:
        ports = {
            accounts: stage.portal(folder / str(accounts), accounts, running) for accounts in (stage.MANY, stage.FEW)
        }
        asked = {
            accounts: [stage.request("/location", port, token) for token in told]
            for accounts, (port, told) in ports.items()
        }
        port, told = ports[stage.MANY]
        plain = running.enter_context(stage.plain(folder, stage.fetch(port, "/location", told[0])[1]))
        rounds = [_round(asked, {accounts: place[0] for accounts, place in ports.items()}, plain) for _ in range(PAIRS)]
    many, few, base = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(a / c for a, _, c in rounds)
    stage.say("page", many, "requests/s", baseline=base, ratio=ratio, goal=0.5, n=PAIRS)
    scale = statistics.median(a / b for a, b, _ in rounds)
    stage.say("page at 1,000,000 against 1,000", many, "requests/s", baseline=few, ratio=scale, goal=0.9, n=PAIRS)


def _round(asked: dict[int, list[bytes]], ports: dict[int, int], plain: int) -> tuple[float, float, float]:
    many = stage.rate(ports[stage.MANY], asked[stage.MANY], SECONDS)
    base = stage.rate(plain, [stage.request("/location", plain)], SECONDS)
    few = stage.rate(ports[stage.FEW], asked[stage.FEW], SECONDS)
    return many, few, base


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name))
