"""What the location page does: levels of permission, and the places that systems keep."""

from portal.location.service.calendar import days, today
from portal.location.service.history import Listed, Overview, Place, count, listed, moment_of, overview
from portal.location.service.keeping import TooLate, chosen, keep, undo
from portal.location.service.keeping import of as keeping_of
from portal.location.service.levels import MIXED, OFF, PURPOSE, level, purpose, save, stand
from portal.location.service.removing import load, parts, remove, remove_all, remove_one, taken_from, under_way

__all__ = [
    "MIXED",
    "OFF",
    "PURPOSE",
    "Listed",
    "Overview",
    "Place",
    "TooLate",
    "chosen",
    "count",
    "days",
    "keep",
    "keeping_of",
    "level",
    "listed",
    "load",
    "moment_of",
    "overview",
    "parts",
    "purpose",
    "remove",
    "remove_all",
    "remove_one",
    "save",
    "stand",
    "taken_from",
    "today",
    "under_way",
    "undo",
]
