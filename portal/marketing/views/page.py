"""The marketing page: a switch for each topic by each channel, in force at once, and all of them off in one tap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.config import OPT_OUT
from portal.consents import service as consents
from portal.consents.service import Choice
from portal.consents.words import Line, lines, local, told
from portal.kernel.problems import N_
from portal.marketing import service, words
from portal.marketing.service import EVERYTHING, OFF, Pair
from portal.marketing.views.room import room
from portal.web import navigation
from portal.web.guards import Session, me
from portal.web.htmx import alone, away, show, show_alone
from portal.web.keeping import one_tap
from portal.web.outline import filled
from portal.web.words import _, here


class Passed(NamedTuple):
    """The newest choice in words and where it was told, how far all choices have come, and when to look again."""

    latest: str
    told: str
    systems: list[Line]
    kept_here: list[str]
    every: int


_CELL = '<div hx-swap-oob="innerHTML:#{}-cell">{}</div>'


def in_menu(session: Session) -> str:
    """Return for the menu how many topics are on."""
    count = service.count(consents.present(session))
    return _(service.word(count), on=count.on, all=count.all)


navigation.entry(room, "page", N_("Marketing"), order=40, state=in_menu, offered=service.offered)


@room.route("/marketing", methods=["GET", "POST"])
@one_tap
def page() -> Response:
    """Show and switch what may be sent."""
    if request.method != "POST":
        return _show_region() if alone() else _show_page()
    scope, chosen, state = _asked()
    service.save(me().subject_id, chosen, state, here().language)
    consents.look_anew(me())
    return _show_region(chosen, scope) if alone() else away(f"/marketing#{_place(scope or chosen[0].id)}")


def _asked() -> tuple[str, list[Pair], str]:
    """Return what is switched off in one tap, else "" with the one pair that is switched."""
    form = request.form
    if scope := form.get("off", ""):
        return scope, service.within(scope), OFF
    name = next((name for name in form if name.startswith("marketing.")), "")
    return "", [service.one(name)], form.get(name, "")


def _show_page() -> Response:
    standing = consents.present(me())
    return show(
        "marketing/page.html",
        topics=[
            (pairs[0].topic, [(_place(pair.id), _cell(pair, standing)) for pair in pairs], pairs)
            for pairs in service.topics().values()
        ],
        scopes=[(EVERYTHING, _("Everything")), *((each.id, local(each.title)) for each in service.channels())],
        channels=service.channels(),
        purposes={pair.channel.id: pair.purpose for pair in service.pairs()},
        passed=_passed(standing),
    )


def _show_region(switched: Sequence[Pair] = (), scope: str = "") -> Response:
    """Answer how far it has come, and beside it each switch that changed."""
    standing = consents.present(me())
    passed = _passed(standing)
    cells = [_CELL.format(_place(pair.id), _cell(pair, standing)) for pair in switched]
    said = _said(standing, switched, scope, passed)
    return show_alone(_region(passed), said=said, beside="".join(cells))


def _region(passed: Passed) -> Markup:
    """Draw how far it has come; what differs from person to person are the sentences with times in them."""
    hints = {f"hint{place}": line.hint for place, line in enumerate(passed.systems)}
    look = tuple((line.title, line.word) for line in passed.systems)

    def context(own: Mapping[str, str]) -> dict[str, object]:
        systems = [line._replace(hint=own[name]) for name, line in zip(hints, passed.systems, strict=True)]
        return {"passed": passed._replace(latest=own["latest"], told=own["told"], systems=systems)}

    own = {"latest": passed.latest, "told": passed.told, **hints}
    way = (passed.every, look, tuple(passed.kept_here))
    return filled("marketing/_passed.html", way, own, context)


def _said(standing: Mapping[str, Choice], switched: Sequence[Pair], scope: str, passed: Passed) -> str:
    """Return what is read out: what was switched; later once that every system has it, and in between nothing."""
    if switched:
        return words.all_off(scope, switched, standing[switched[0].id]) if scope else passed.latest
    return "" if passed.every else passed.told


def _passed(standing: Mapping[str, Choice]) -> Passed:
    made = [pair for pair in service.pairs() if standing[pair.id].made]
    newest = max(made, key=lambda pair: standing[pair.id].event, default=None)
    passed = consents.present_passed(me(), standing, [pair.id for pair in made])
    last = passed[newest.id] if newest else []
    systems = _newest([*passed.values(), last])
    line_of = dict(zip(systems, lines(systems.values()), strict=True))
    return Passed(
        latest=words.latest(newest, made, standing) if newest else "",
        told=told([line_of[system.source] for system in last]),
        systems=list(line_of.values()),
        kept_here=[local(pair.purpose.title) for pair in made if pair.kept_here],
        every=consents.patience(systems.values()),
    )


def _newest(passed: Iterable[Sequence[consents.Passed]]) -> dict[str, consents.Passed]:
    """Return, by system, how far the newest choice that concerns it has come; of several at once the last given."""
    newest: dict[str, consents.Passed] = {}
    for systems in passed:
        for system in systems:
            before = newest.get(system.source)
            if before is None or (system.asked_at and before.asked_at and system.asked_at >= before.asked_at):
                newest[system.source] = system
    return newest


def _cell(pair: Pair, standing: Mapping[str, Choice]) -> Markup:
    """Draw a switch; only the line below it differs from person to person."""
    choice = standing[pair.id]
    by_default = not choice.event and pair.purpose.choice == OPT_OUT
    state = choice.state if choice.event or by_default else ""
    own = {"hint": _("On until you object to it.") if by_default else words.hint(standing, pair)}

    def context(own: Mapping[str, str]) -> dict[str, object]:
        return {"id": _place(pair.id), "pair": pair, "name": local(pair.purpose.title), "state": state, **own}

    return filled("marketing/cell.html", (pair.id, state), own, context)


def _place(name: str) -> str:
    """Return the id of a control."""
    return name.replace(".", "-")
