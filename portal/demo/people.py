"""The people of the demo world: the same ones on every machine, day by day, for a seed.

Nobody here is real. Mail is under example.com, which is reserved (RFC 2606); the phone numbers lie in a block of zeros.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.demo import names

EVERYBODY = 200
A_FEW = 28


@dataclass(frozen=True, kw_only=True)
class Role:
    """Somebody the demo needs: who they are, and in one line what is special about them."""

    name: str
    special: str
    email: str | None = None
    phone: str | None = None
    language: str = "vi"
    age: int = 34


CAST: Mapping[str, Role] = {
    "everyday": Role(
        name="Nguyễn Thị Mai", email="mai.nguyen@example.com", special="some rows of every kind in all three systems"
    ),
    "owing": Role(
        name="Phạm Minh Đức",
        email="duc.pham@example.com",
        special="a booking to come and an unpaid invoice: warned before deleting; two systems differ about him",
    ),
    "sharer": Role(
        name="Nguyễn Thu Hà",
        email="ha.nguyen@example.com",
        special="shares bookings: brings guests, and is a guest of others",
    ),
    "heavy": Role(name="Trần Quốc Bảo", email="bao.tran@example.com", special="100,000 rows"),
    "bare": Role(name="Lê Thị Mơ", email="mo.le@example.com", special="a profile and nothing else"),
    "father": Role(
        name="Hoàng Văn Nam", email="nha.hoang@example.com", age=51, special="two people on one e-mail: the father"
    ),
    "daughter": Role(
        name="Hoàng Lan Anh", email="nha.hoang@example.com", age=23, special="two people on one e-mail: the daughter"
    ),
    "phone": Role(name="Võ Văn Tám", phone="+84900000008", age=67, special="a phone and no e-mail"),
    "child": Role(name="Đặng Gia Hân", email="giahan.dang@example.com", age=13, special="13 years old, so under age"),
    "disputing": Role(
        name="Sofía Núñez",
        email="sofia.nunez@example.com",
        language="en",
        special="an open dispute on a payment: deleting has to wait",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person as all three systems know them; `role` is their place in the cast, if any."""

    number: int
    role: str | None
    name: str
    email: str | None
    phone: str | None
    language: str
    born: date
    address: str
    company: int
    unit: str
    tax_id: str
    bank_account: str
    joined: datetime
    systems: frozenset[str]

    def dice(self, part: str) -> random.Random:
        """Return this person's own chances in one part of the world, so that nobody shifts anybody else's."""
        return random.Random(f"{part} {self.number} {self.name}")


def people(today: date, *, small: bool = False) -> list[Person]:
    """Return the cast, then the crowd; dates hang on `today`."""
    cast = [_somebody(number, role, today) for number, role in enumerate(CAST, start=1)]
    crowd = [_somebody(number, None, today) for number in range(len(cast) + 1, (A_FEW if small else EVERYBODY) + 1)]
    return cast + crowd


def phone_of(number: int) -> str:
    """Return the phone of the n-th person, in E.164."""
    return f"+849000{number:05d}"


def _somebody(number: int, role: str | None, today: date) -> Person:
    dice = random.Random(f"person {number}")
    who = CAST[role] if role else _stranger(number, dice)
    return Person(
        number=number,
        role=role,
        name=who.name,
        email=who.email,
        phone=who.phone or phone_of(number),
        language=who.language,
        born=_birthday(today, who.age, dice),
        address=f"{dice.randrange(1, 400)} {dice.choice(names.STREETS)}, {dice.choice(names.DISTRICTS)}",
        company=dice.randrange(len(names.COMPANIES)),
        unit=dice.choice(names.UNITS),
        tax_id=f"0{dice.randrange(10**8, 10**9)}",
        bank_account=f"{dice.choice(names.BANKS)} {dice.randrange(10**11, 10**12)}",
        joined=datetime.combine(today, time(3), UTC) - timedelta(days=dice.randrange(400, 2000)),
        systems=_systems(number, role),
    )


def _systems(number: int, role: str | None) -> frozenset[str]:
    """Say which systems know somebody: Booking everybody, the others most."""
    if role in ("bare", "phone", "child"):
        return frozenset({"booking"})
    elsewhere = {"crm"} if role or number % 5 else set()
    return frozenset({"booking"} | elsewhere | ({"whitelabel"} if role or number % 3 else set()))


def _stranger(number: int, dice: random.Random) -> Role:
    if number % 8 == 0:
        name, slug = names.OTHERS[number // 8 % len(names.OTHERS)]
        return Role(
            name=name, email=f"{slug}{number}@example.com", language="en", special="", age=dice.randrange(19, 70)
        )
    family = names.FAMILY[int(len(names.FAMILY) * dice.random() ** 2)]
    middle, given = dice.choice(names.WOMEN if dice.random() < 0.5 else names.MEN)
    slug = f"{_plain(given)}.{_plain(family)}{number}"
    return Role(name=f"{family} {middle} {given}", email=f"{slug}@example.com", special="", age=dice.randrange(19, 70))


def _plain(name: str) -> str:
    """Spell a Vietnamese name without marks; đ is a letter of its own and has no mark to take off."""
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if letter.isalpha())


def _birthday(today: date, age: int, dice: random.Random) -> date:
    """Return a date of birth that makes somebody `age` years old today, some months past their birthday."""
    return date(today.year - age, today.month, 1) - timedelta(days=dice.randrange(20, 300))
