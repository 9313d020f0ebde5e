"""The pages of the staff: one module a subject, all on one blueprint."""

from portal.staff.views import enrolment, figures, members, own, signing_in, systems, texts
from portal.staff.views.door import STAFF_SESSION, room

__all__ = ["STAFF_SESSION", "enrolment", "figures", "members", "own", "room", "signing_in", "systems", "texts"]
