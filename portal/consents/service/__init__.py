"""What consents does: it records choices, tells which hold, and carries them into the systems."""

from portal.consents.service.ledger import Made, record, record_all
from portal.consents.service.names import UnknownChoice, purpose
from portal.consents.service.passing import Passed, deliveries, pass_on, passed, patience
from portal.consents.service.projection import (
    Choice,
    Reader,
    for_one,
    in_force,
    look_anew,
    may,
    present,
    replay,
    standing,
)

__all__ = [
    "Choice",
    "Made",
    "Passed",
    "Reader",
    "UnknownChoice",
    "deliveries",
    "for_one",
    "in_force",
    "look_anew",
    "may",
    "pass_on",
    "passed",
    "patience",
    "present",
    "purpose",
    "record",
    "record_all",
    "replay",
    "standing",
]
