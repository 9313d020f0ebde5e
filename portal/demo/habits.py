"""How many rows of each kind somebody has."""

from __future__ import annotations

from collections.abc import Mapping

from portal.demo.people import Person

# What people usually have at most. Tables are those of all three systems; no two share a name.
USUAL: Mapping[str, int] = {
    "devices": 2,
    "visits": 9,
    "bookings": 6,
    "booking_guests": 2,
    "favourites": 3,
    "reviews": 2,
    "location_points": 41,
    "media_files": 1,
    "conversations": 2,
    "contracts": 1,
    "invoices": 4,
    "campaign_sends": 5,
    "memberships": 2,
    "check_ins": 6,
    "door_events": 9,
    "places": 17,
    "posts": 1,
}
# The person with 100,000 rows; booking_guests counts for each booking.
HEAVY: Mapping[str, int] = {
    **USUAL,
    "visits": 4_000,
    "bookings": 600,
    "location_points": 90_000,
    "conversations": 100,
    "invoices": 80,
    "campaign_sends": 300,
    "check_ins": 1_000,
    "door_events": 2_500,
    "places": 1_200,
}


def rows(person: Person, table: str, *, small: bool = False) -> int:
    """Return how many rows of a table somebody has; the everyday person and the heavy one have all there is."""
    if person.role == "bare":
        return 0
    if person.role == "heavy":
        return max(USUAL[table], HEAVY[table] // 100) if small else HEAVY[table]
    most = USUAL[table]
    return most if person.role == "everyday" else person.dice(table).randint(0, most)
