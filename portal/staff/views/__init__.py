"""The pages of the staff: one module a subject, all on one blueprint."""

from portal.staff.views import own, signing_in
from portal.staff.views.door import STAFF_SESSION, room

__all__ = ["STAFF_SESSION", "own", "room", "signing_in"]
