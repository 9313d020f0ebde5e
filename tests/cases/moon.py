"""The calendar of the moon as Viet Nam keeps it, reckoned from sun and moon: what the listed days are checked against.

New moons and the sun's longitude by the leading terms of Meeus, Astronomical Algorithms, chapters 25 and 49; good to
a few minutes, so `near_midnight` says when that would not be enough.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import floor, radians, sin

_HANOI = 7 / 24
_J2000 = 2451545.0
_DELTA_T = 75 / 86400  # between the time of the planets and that of clocks, about 2026 to 2035
_DAY = timedelta(days=1)


def new_year(year: int) -> date:
    """Return the first day of the first month."""
    return _month(year, 1)


def day_of(year: int, month: int, day: int) -> date:
    """Return a day of a month of the moon; months after a leap month are not asked for here."""
    return _month(year, month) + (day - 1) * _DAY


def near_midnight(day: date) -> bool:
    """Tell whether the new moon of a day is so near to midnight in Ha Noi that these formulas cannot date it."""
    hours = (_new_moon(_lunation(day)) + 0.5 + _HANOI) % 1 * 24
    return min(hours, 24 - hours) < 0.2


def _month(year: int, month: int) -> date:
    """Return the first day of a month: the one that holds the winter solstice is the eleventh."""
    before = _eleventh(year - 1)
    leap = _day(before + 13) <= _winter(year)  # thirteen months between two solstices: one of them is a leap month
    first = before + 2
    number = month - 1
    if leap:
        number += sum(1 for step in range(1, month + 2) if _is_leap(before + step, before))
    return _day(first + number)


def _eleventh(year: int) -> int:
    moon = _lunation(_winter(year))
    return moon if _day(moon) <= _winter(year) else moon - 1


def _is_leap(moon: int, eleventh: int) -> bool:
    """Tell the first month after a solstice in which the sun enters no new sign."""
    signs = [_sign(_day(eleventh + step)) for step in range(14)]
    first = next(step for step in range(1, 13) if signs[step] == signs[step + 1])
    return moon == eleventh + first


def _winter(year: int) -> date:
    day = date(year, 12, 20)
    while _sign(day + _DAY) != 9:
        day += _DAY
    return day


def _sign(day: date) -> int:
    """Return in which twelfth of its way the sun is when a day begins in Ha Noi."""
    return floor(_longitude(_julian(day) - 0.5 - _HANOI) / 30)


def _day(moon: int) -> date:
    return date.fromordinal(floor(_new_moon(moon) + 0.5 + _HANOI) - 1721425)


def _lunation(day: date) -> int:
    moon = round((_julian(day) - 2451550.1) / 29.530588861)
    while _day(moon) > day:
        moon -= 1
    while _day(moon + 1) <= day:
        moon += 1
    return moon


def _julian(day: date) -> float:
    return day.toordinal() + 1721425  # at noon in Greenwich


def _new_moon(k: int) -> float:
    t = k / 1236.85
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    sun = radians(2.5534 + 29.1053567 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    node = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    bent = 1 - 0.002516 * t
    return mean - _DELTA_T + (
        -0.4072 * sin(moon) + 0.17241 * bent * sin(sun) + 0.01608 * sin(2 * moon) + 0.01039 * sin(2 * node)
        + 0.00739 * bent * sin(moon - sun) - 0.00514 * bent * sin(moon + sun) + 0.00208 * bent**2 * sin(2 * sun)
        - 0.00111 * sin(moon - 2 * node) - 0.00057 * sin(moon + 2 * node) + 0.00056 * bent * sin(2 * moon + sun)
        - 0.00042 * sin(3 * moon) + 0.00042 * bent * sin(sun + 2 * node) + 0.00038 * bent * sin(sun - 2 * node)
        - 0.00024 * bent * sin(2 * moon - sun)
    )  # fmt: skip


def _longitude(moment: float) -> float:
    """Return the apparent longitude of the sun in degrees."""
    t = (moment + _DELTA_T - _J2000) / 36525
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (280.46646 + 36000.76983 * t + centre - 0.00569 - 0.00478 * sin(node)) % 360
