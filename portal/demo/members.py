"""The rows of the Whitelabel App: members of spaces; every row belongs to one. Its schema is whitelabel.sql."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from portal.demo import names, phrases
from portal.demo.habits import rows
from portal.demo.moments import zulu
from portal.demo.people import Person
from portal.demo.pictures import png
from portal.demo.sheet import Sheet

DAY = timedelta(days=1)
MESSAGES = ("mail_programmes", "push_programmes", "push_events", "zalo_events")
FIRST = 9000  # members are numbered apart from users and contacts


def fill(everybody: list[Person], today: date, *, small: bool = False) -> Sheet:
    """Return the rows of the Whitelabel App; a person's row in `members` is FIRST plus their number."""
    sheet = Sheet()
    now = datetime.combine(today, time(2), UTC)
    for code, name, *_ in names.SPACES:
        sheet.add("spaces", code=code, name=name)
    for person in everybody:
        if "whitelabel" in person.systems:
            _member(sheet, person, now)
            _presence(sheet, person, now, small)
            _places(sheet, person, rows(person, "places", small=small), now)
    return sheet


def _member(sheet: Sheet, person: Person, now: datetime) -> None:
    dice, asked = person.dice("members"), person.dice("messages of whitelabel")
    space = names.SPACES[person.number % len(names.SPACES)][0]
    sheet.add(
        "members",
        id=FIRST + person.number,
        space=space,
        member_code=f"{space}-{person.number:04d}",
        full_name=person.name,
        email=person.email,
        phone=person.phone,
        birth_date=person.born.isoformat(),
        photo=png(dice.randrange(1 << 24)),
        mail_events=dice.randrange(2),
        **{column: asked.randrange(2) for column in MESSAGES},
        location_level=dice.choice(("off", "approximate", "precise")),
        phone_location=dice.choice(("always", "while_in_use", "denied")),
        phone_location_at=zulu(now - dice.randrange(1, 40) * DAY),
        joined_at=zulu(person.joined + 40 * DAY),
    )


def _presence(sheet: Sheet, person: Person, now: datetime, small: bool) -> None:
    """Add memberships in one space or two, and what happened there."""
    dice = person.dice("whitelabel")
    member, home = FIRST + person.number, person.number % len(names.SPACES)
    spaces = (names.SPACES[home], names.SPACES[(home + 1) % len(names.SPACES)])
    for index in range(rows(person, "memberships", small=small)):
        space, starts = spaces[index % 2][0], person.joined + (40 + 200 * index) * DAY
        _receipt(sheet, member, person, space, (starts, _membership(sheet, member, space, dice, starts)))
    for _ in range(rows(person, "check_ins", small=small)):
        code, _name, _city, lat, lon = dice.choice(spaces)
        at = zulu(now - timedelta(minutes=dice.randrange(500, 500_000)))
        device = dice.choice(phrases.MODELS)[1]
        sheet.add("check_ins", member_id=member, space=code, checked_in_at=at, lat=lat, lon=lon, device=device)
    for _ in range(rows(person, "door_events", small=small)):
        at = zulu(now - timedelta(minutes=dice.randrange(500, 500_000)))
        code, door, badge = dice.choice(spaces)[0], dice.randrange(1, 5), f"badge-{person.number:04d}"
        sheet.add("door_events", member_id=member, space=code, door=door, badge=badge, opened_at=at)
    for _ in range(rows(person, "posts", small=small)):
        _post(sheet, member, person, dice.choice(spaces)[0], dice, now)


def _places(sheet: Sheet, person: Person, count: int, now: datetime) -> None:
    """Add where somebody was when they looked for a door near them, over the last twelve weeks."""
    dice, (code, _name, _city, lat, lon) = person.dice("places rows"), names.SPACES[person.number % len(names.SPACES)]
    for minutes in sorted((dice.randrange(300, 120_000) for _ in range(count)), reverse=True):
        sheet.add(
            "places",
            member_id=FIRST + person.number,
            space=code,
            recorded_at=zulu(now - timedelta(minutes=minutes)),
            lat=round(lat + (dice.random() - 0.5) / 50, 6),
            lon=round(lon + (dice.random() - 0.5) / 50, 6),
        )


def _membership(sheet: Sheet, member: int, space: str, dice: random.Random, starts: datetime) -> int:
    """Add a membership, and return what it costs."""
    plan, price = dice.choice(phrases.PLANS)
    sheet.add(
        "memberships",
        member_id=member,
        space=space,
        plan=plan,
        note=None,
        price=price,
        starts_on=starts.date().isoformat(),
        ends_on=None,
    )
    return price


def _receipt(sheet: Sheet, member: int, person: Person, space: str, paid: tuple[datetime, int]) -> None:
    at, amount = paid
    sheet.add(
        "receipts",
        member_id=member,
        space=space,
        number=f"R{person.number:04d}-{at:%Y%m%d}",
        payer=person.name,
        amount=amount,
        paid_on=at.date().isoformat(),
    )


def _post(sheet: Sheet, member: int, person: Person, space: str, dice: random.Random, now: datetime) -> None:
    title, body = dice.choice(phrases.POSTS)
    sheet.add(
        "posts",
        member_id=member,
        space=space,
        title=title,
        body=body.format(name=person.name),
        picture=None,
        posted_at=zulu(now - dice.randrange(3, 300) * DAY),
    )
