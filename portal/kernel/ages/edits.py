"""What staff changed in the ages of countries: dated, never taken back, and which rows an admin has signed off."""

from __future__ import annotations

from datetime import date

import peewee

from portal.kernel import ages, clock
from portal.kernel.ages import Change, Row
from portal.kernel.db import Model, MomentField


class AgeEdit(Model):
    """What staff changed: it counts from its day on, and no row is ever changed."""

    country = peewee.CharField(8, index=True)
    age = peewee.IntegerField()
    effective_from = peewee.DateField()
    reason = peewee.CharField(2000)
    by_staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "age_edits"
        whose = None
        erasure = None


class AgeSignOff(Model):
    """An admin has read the source of one row, so automatic steps may rest on it; another row needs one of its own."""

    country = peewee.CharField(8)
    age = peewee.IntegerField()
    since = peewee.DateField()
    by_staff = peewee.IntegerField()
    at = MomentField(default=clock.now)

    class Meta:
        table_name = "age_sign_offs"
        whose = None
        erasure = None
        indexes = ((("country", "age", "since"), True),)


def made() -> tuple[Change, ...]:
    """Return every change, in the order in which they were made: of two for one day the later counts."""
    found = AgeEdit.select().order_by(AgeEdit.id)
    return tuple(Change(one.country, Row(one.age, one.reason, "staff", one.effective_from)) for one in found)


def limit(country: str, on: date, floor: int | None = None) -> int:
    """Return the age that somebody in a country needs on a day, with what staff changed; see `ages.limit`."""
    return ages.limit(country, on, floor, made())


def strictest(country: str, on: date) -> int:
    """Return the highest limit of a country and its regions, with what staff changed; see `ages.strictest`."""
    return ages.strictest(country, on, changes=made())


def signed_off(country: str, on: date) -> bool:
    """Tell whether an admin has signed off the row that counts for a country on a day."""
    row = ages.row(country, on, made())
    if row is None:
        return False
    codes = (country, country.partition("-")[0])
    same = (AgeSignOff.age == row.age) & (AgeSignOff.since == row.since) & (AgeSignOff.country << codes)
    return bool(AgeSignOff.select().where(same).exists())
