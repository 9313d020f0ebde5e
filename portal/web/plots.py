"""Plots drawn on the server: no script, no inline style, and the words of whoever asks for them.

Places across are in per cent and the rest in pixels, so a plot is as wide as the page and its words keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

_TOP, _BASE, _HEIGHT = 22, 128, 152
_LABEL_EVERY = 4  # as many as have room on a narrow page


class Bar(NamedTuple):
    """One bar: how high it is, and what stands below it where there is room."""

    value: int
    label: str


def bars(title: str, drawn: Sequence[Bar], most: str) -> Markup:
    """Draw bars on an axis; `title` says the same to who cannot see it, `most` is the highest value in words."""
    highest, step = max((bar.value for bar in drawn), default=0) or 1, 100 / max(len(drawn), 1)
    shapes = [_bar(place * step, step, round(bar.value / highest * (_BASE - _TOP))) for place, bar in enumerate(drawn)]
    labels = [_label(place, len(drawn), step, bar.label) for place, bar in enumerate(drawn) if not place % _LABEL_EVERY]
    return Markup(
        '<svg class="plot bars" role="img" aria-label="{title}" width="100%" height="{height}">'
        '<line x1="0" x2="100%" y1="{top}" y2="{top}"/><text x="0" y="{above}">{most}</text>'
        '<g fill="currentColor">{shapes}</g><line x1="0" x2="100%" y1="{base}" y2="{base}"/>{labels}</svg>'
    ).format(
        title=title,
        height=_HEIGHT,
        top=_TOP,
        above=_TOP - 6,
        most=most,
        base=_BASE,
        shapes=Markup().join(shapes),
        labels=Markup().join(labels),
    )


def _bar(left: float, step: float, height: int) -> Markup:
    if not height:
        return Markup()
    return Markup('<rect x="{x:.2f}%" y="{y}" width="{width:.2f}%" height="{height}" rx="3"/>').format(
        x=left + step * 0.15, y=_BASE - height, width=step * 0.7, height=height
    )


def _label(place: int, count: int, step: float, words: str) -> Markup:
    """Put a label below its bar; the first and the last keep inside the plot."""
    anchor, at = ("start", 0.15) if place == 0 else ("end", 0.85) if place == count - 1 else ("middle", 0.5)
    return Markup('<text x="{x:.2f}%" y="{y}" text-anchor="{anchor}">{words}</text>').format(
        x=(place + at) * step, y=_HEIGHT - 4, anchor=anchor, words=words
    )
