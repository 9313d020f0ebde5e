"""What the location page does: levels of permission, and the places that systems keep."""

from portal.location.service.admitting import Admitted, admitted, level_in
from portal.location.service.calendar import days
from portal.location.service.history import Listed, Overview, Place, closed, count, listed, moment_of, overview
from portal.location.service.keeping import TooLate, chosen, keep, undo
from portal.location.service.keeping import of as keeping_of
from portal.location.service.levels import OFF, PURPOSE, about, level, offered, purpose, save, stand
from portal.location.service.phones import STATES, NoSuchApp, report
from portal.location.service.removing import load, parts, remove, remove_all, remove_one, taken_from, under_way

__all__ = [
    "OFF",
    "PURPOSE",
    "STATES",
    "Admitted",
    "Listed",
    "NoSuchApp",
    "Overview",
    "Place",
    "TooLate",
    "about",
    "admitted",
    "chosen",
    "closed",
    "count",
    "days",
    "keep",
    "keeping_of",
    "level",
    "level_in",
    "listed",
    "load",
    "offered",
    "moment_of",
    "overview",
    "parts",
    "purpose",
    "remove",
    "remove_all",
    "remove_one",
    "report",
    "save",
    "stand",
    "taken_from",
    "today",
    "under_way",
    "undo",
]
