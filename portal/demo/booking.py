"""The Booking App: its spaces, its users and what they did with it. Its schema is booking.sql."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from portal.demo import names, phrases, reservations
from portal.demo.habits import rows
from portal.demo.moments import plain
from portal.demo.people import Person
from portal.demo.pictures import png
from portal.demo.sheet import Sheet

DAY = timedelta(days=1)
MESSAGES = ("mail_promotions", "no_surveys", "sms_events", "sms_promotions", "push_events", "push_promotions")


def fill(everybody: list[Person], today: date, *, small: bool = False) -> Sheet:
    """Return the rows of the Booking App; a person's row in `users` has their number."""
    sheet = Sheet()
    now = datetime.combine(today, time(2), UTC)
    for code, name, city, lat, lon in names.SPACES:
        sheet.add("spaces", code=code, name=name, city=city, seats=60, lat=lat, lon=lon)
    for person in everybody:
        _user(sheet, person, now)
        _newsletter(sheet, person)
    crowd = [person for person in everybody if person.role is None]
    for person in everybody:
        _life(sheet, person, now, small)
        reservations.usual(sheet, person, crowd, now, small)
    reservations.special(sheet, {person.role: person for person in everybody if person.role}, now)
    return sheet


def _user(sheet: Sheet, person: Person, now: datetime) -> None:
    dice = person.dice("users")
    asked = person.dice("messages of booking")
    bare = person.role == "bare"
    sheet.add(
        "users",
        id=person.number,
        member_number=f"SB-{person.number:06d}",
        full_name=person.name,
        email=person.email,
        phone=person.phone,
        birth_date=person.born.isoformat(),
        company=None if bare else names.COMPANIES[person.company],
        business_unit=None if bare else person.unit,
        address=person.address,
        contact_address=person.address if dice.random() < 0.3 else None,
        tax_id=None if bare or person.role == "child" else person.tax_id,
        bank_account=None if bare else person.bank_account,
        password_hash="scrypt$" + hashlib.sha256(person.name.encode()).hexdigest(),
        avatar=None if bare else png(dice.randrange(1 << 24)),
        locale=person.language,
        mail_events=dice.randrange(2),
        **{column: asked.randrange(2) for column in MESSAGES},
        location_level=dice.choice(("none", "city", "gps")),
        os_location_state=dice.choice(("always", "while_in_use", "denied")),
        os_location_at=plain(now - dice.randrange(1, 40) * DAY),
        created_at=plain(person.joined),
    )


def _newsletter(sheet: Sheet, person: Person) -> None:
    """Add the address to the newsletter, which knows addresses and no users; a shared address stands there once."""
    if person.email and person.role not in ("bare", "daughter") and person.number % 3:
        sheet.add(
            "newsletter",
            address=person.email,
            name=person.name,
            signed_up_from="website footer",
            subscribed_at=plain(person.joined + DAY),
        )


def _life(sheet: Sheet, person: Person, now: datetime, small: bool) -> None:
    """Add what somebody did with the app, bookings apart."""

    def times(table: str) -> Iterator[random.Random]:
        dice = person.dice(f"{table} rows")
        return (dice for _ in range(rows(person, table, small=small)))

    devices: list[int | None] = [_device(sheet, person, dice, now) for dice in times("devices")]
    devices = devices or [None]
    for dice in times("visits"):
        _visit(sheet, person, dice, now, dice.choice(devices))
    _places(sheet, person, rows(person, "location_points", small=small), now, devices[0])
    for space, dice in enumerate(times("favourites"), start=1):
        label = dice.choice((None, "gần nhà", "close to the client"))
        sheet.add("favourites", user_id=person.number, space_id=space, label=label, created_at=plain(person.joined))
    for space, dice in enumerate(times("reviews"), start=1):
        _review(sheet, person, dice, space, now)
    for dice in times("media_files"):
        _media(sheet, person, dice, now)


def _device(sheet: Sheet, person: Person, dice: random.Random, now: datetime) -> int:
    platform, model, version = dice.choice(phrases.MODELS)
    return sheet.add(
        "devices",
        user_id=person.number,
        platform=platform,
        model=model,
        os_version=version,
        app_version=f"5.{dice.randrange(3)}.{dice.randrange(10)}",
        push_token=None if platform == "web" else f"push-{dice.getrandbits(96):024x}",
        last_ip=_ip(dice),
        last_seen_at=plain(now - dice.randrange(1, 90) * DAY),
    )


def _visit(sheet: Sheet, person: Person, dice: random.Random, now: datetime, device: int | None) -> None:
    sheet.add(
        "visits",
        user_id=person.number,
        device_id=device,
        page=f"/spaces/{dice.choice(names.SPACES)[0]}",
        search_words=dice.choice(phrases.SEARCHES),
        ip=_ip(dice),
        user_agent=dice.choice(phrases.USER_AGENTS),
        started_at=plain(now - timedelta(minutes=dice.randrange(60, 500_000))),
        seconds=dice.randrange(5, 1800),
    )


def _places(sheet: Sheet, person: Person, count: int, now: datetime, device: int | None) -> None:
    """Add location points: few are spread over ninety days, many lie ten minutes apart and reach further back."""
    dice = person.dice("location_points rows")
    _, _, city, lat, lon = names.SPACES[person.number % len(names.SPACES)]
    step = max(90 * 24 * 60 // max(count, 1), 10)
    for index in range(count, 0, -1):
        sheet.add(
            "location_points",
            user_id=person.number,
            device_id=device,
            recorded_at=plain(now - timedelta(minutes=index * step)),
            lat=round(lat + (dice.random() - 0.5) / 20, 6),
            lon=round(lon + (dice.random() - 0.5) / 20, 6),
            accuracy=8.0 + index % 40,
            place=city,
        )


def _review(sheet: Sheet, person: Person, dice: random.Random, space: int, now: datetime) -> None:
    title, body = dice.choice(phrases.REVIEWS)
    sheet.add(
        "reviews",
        user_id=person.number,
        space_id=space,
        rating=dice.randrange(3, 6),
        author_name=person.name,
        title=title,
        body=body,
        created_at=plain(now - dice.randrange(5, 500) * DAY),
    )


def _media(sheet: Sheet, person: Person, dice: random.Random, now: datetime) -> None:
    name = f"IMG_{dice.randrange(1000, 9999)}"
    sheet.add(
        "media_files",
        user_id=person.number,
        kind="photo",
        file_name=f"{name}.png",
        mime_type="image/png",
        path=f"uploads/{person.number}/{name}-{dice.getrandbits(32):08x}.png",
        caption=None,
        content=png(dice.randrange(1 << 24)),
        uploaded_at=plain(now - dice.randrange(5, 500) * DAY),
    )


def _ip(dice: random.Random) -> str:
    """Return an address from a network that is kept for examples (RFC 5737)."""
    return f"203.0.113.{dice.randrange(1, 255)}"
