"""Bookings of the Booking App, with the guests on them and the payments for them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from portal.demo import names, phrases
from portal.demo.habits import rows
from portal.demo.moments import plain
from portal.demo.people import Person
from portal.demo.sheet import Sheet

DAY = timedelta(days=1)
OUTSIDERS = (("Hồ Bích Thủy", "thuy.ho@example.com"), ("Marc Dubois", "marc.dubois@example.com"))


def usual(sheet: Sheet, person: Person, crowd: list[Person], now: datetime, small: bool) -> None:
    """Add somebody's past bookings, with guests from the crowd."""
    dice = person.dice("bookings rows")
    for _ in range(rows(person, "bookings", small=small)):
        guests = [guest for guest in dice.sample(crowd, rows(person, "booking_guests")) if guest is not person]
        starts = now - timedelta(minutes=15 * dice.randrange(100, 40_000))
        _book(sheet, person, dice, starts, dice.choice(("completed", "completed", "cancelled", "no_show")), guests)


def special(sheet: Sheet, cast: dict[str, Person], now: datetime) -> None:
    """Add what makes some people special: a booking to come, bookings shared both ways, an open dispute."""
    dice = cast["sharer"].dice("special")
    owing, sharer, everyday = cast["owing"], cast["sharer"], cast["everyday"]
    for host, days, status, guests in (
        (owing, 31, "confirmed", [sharer]),
        (everyday, -12, "completed", [sharer, owing]),
        (sharer, -9, "completed", [everyday, cast["father"]]),
    ):
        number = _book(sheet, host, dice, now + days * DAY, status, guests)
        outsider, address = OUTSIDERS[number % 2]
        _guest(sheet, number, None, outsider, address, now + min(days, 0) * DAY - DAY)
    booking = _book(sheet, cast["disputing"], dice, now - 20 * DAY, "completed", [])
    disputed = next(row for row in reversed(sheet.tables["payments"]) if row["booking_id"] == booking)
    disputed.update(dispute="open", disputed_at=plain(now - 17 * DAY))


def _book(
    sheet: Sheet, person: Person, dice: random.Random, starts: datetime, status: str, guests: list[Person]
) -> int:
    space = dice.randrange(len(names.SPACES)) + 1
    number = sheet.add(
        "bookings",
        user_id=person.number,
        space_id=space,
        reference=f"BK-{person.number:04d}-{dice.getrandbits(48):012x}",
        room=f"{names.SPACES[space - 1][1]} {dice.randrange(1, 9)}",
        seats=1 + len(guests),
        status=status,
        note=dice.choice(phrases.NOTES),
        starts_at=plain(starts),
        ends_at=plain(starts + timedelta(hours=dice.randrange(1, 9))),
        created_at=plain(starts - dice.randrange(32, 50) * DAY),
    )
    for guest in guests:
        _guest(sheet, number, guest.number, guest.name, guest.email, starts - 32 * DAY)
    _payment(sheet, person, number, dice, starts - 32 * DAY)
    return number


def _guest(sheet: Sheet, booking: int, user: int | None, name: str, email: str | None, invited: datetime) -> None:
    sheet.add(
        "booking_guests",
        booking_id=booking,
        user_id=user,
        guest_name=name,
        guest_email=email,
        accepted=booking % 2,
        invited_at=plain(invited),
    )


def _payment(sheet: Sheet, person: Person, booking: int, dice: random.Random, paid: datetime) -> None:
    provider, drawn = dice.choice(("vnpay", "momo", "stripe")), dice.getrandbits(64)
    card = f"{dice.randrange(10_000):04d}"
    sheet.add(
        "payments",
        user_id=person.number,
        booking_id=booking,
        provider=provider,
        provider_reference=f"pay-{drawn:016x}",
        payer_name=person.name,
        card_last4=None if person.role == "child" else card,
        amount=dice.randrange(8, 300) * 10_000,
        currency="VND",
        status="paid",
        dispute="none",
        disputed_at=None,
        paid_at=plain(paid),
    )
