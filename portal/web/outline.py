"""A page that is asked for often is drawn once for each way it can look, with holes where a person's own words go.

What differs from person to person is small: the token of their forms, a few sentences with times in them. So the
outline is kept for all, and each answer is a join of its pieces with what is escaped for this one. Nothing of a person
is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from flask import Response
from markupsafe import Markup, escape

from portal.web.csrf import token
from portal.web.htmx import draw
from portal.web.lean import Answer
from portal.web.navigation import banners, frame
from portal.web.present import known
from portal.web.words import here

MOST = 1024  # outlines kept; beyond that they are drawn anew
_KEY = "portal.outlines"
_HOLE = "\ue000{}\ue001"  # characters for private use: no template has them
_HOLES = re.compile("\ue000(\\w+)\ue001")

# What pages say to each person in their own way; asked only where a template has a hole for it.
_SAID: Mapping[str, Callable[[], str]] = {"token": token, "banners": banners}
Own = Mapping[str, str]


class _Outline(NamedTuple):
    """A template drawn with holes: text, as it is sent, and names of holes in turn; and each name once."""

    pieces: list[Any]
    holes: frozenset[str]


def show_filled(page: str, way: Hashable, own: Own, context: Callable[[Own], Mapping[str, object]]) -> Response:
    """Answer a page whose look depends on `way`, the language and what stands around it, and on nothing else.

    `own` are the texts of this person, each put in escaped; `context` gives the template's values with them in place.
    """
    return Answer.page(_filled(page, (way, frame()), own, context))


def filled(template: str, way: Hashable, own: Own, context: Callable[[Own], Mapping[str, object]]) -> Markup:
    """Return a template, or a part of a page, that depends on `way` and the language and on nothing else, filled in."""
    return Markup(_filled(template, way, own, context).decode())  # noqa: S704 - escaped where it is filled in


def _filled(template: str, way: Hashable, own: Own, context: Callable[[Own], Mapping[str, object]]) -> bytes:
    outlines: dict[Hashable, _Outline] = known().app.extensions.setdefault(_KEY, {})
    key = (template, here().language, way, *[name for name, text in own.items() if text])
    outline = outlines.get(key)
    if outline is None:
        outline = _outline(template, context({name: _HOLE.format(name) if text else "" for name, text in own.items()}))
        if len(outlines) >= MOST:
            outlines.clear()
        outlines[key] = outline
    filled = outline.pieces.copy()
    fill = {name: (_SAID[name]() if name in _SAID else escape(own[name])).encode() for name in outline.holes}
    filled[1::2] = [fill[name] for name in filled[1::2]]
    return b"".join(filled)


def _outline(template: str, context: Mapping[str, object]) -> _Outline:
    now = known()
    mine, now.token, now.banners = (now.token, now.banners), _HOLE.format("token"), Markup(_HOLE.format("banners"))  # noqa: S704 - a hole
    try:
        pieces: list[Any] = [*_HOLES.split(draw(template, **context))]
        pieces[::2] = [text.encode() for text in pieces[::2]]
        return _Outline(pieces, frozenset(pieces[1::2]))
    finally:
        now.token, now.banners = mine
