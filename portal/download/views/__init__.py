"""The download pages: what goes in, how far it is, and the archive itself."""

from portal.download.views import archives, choosing, copies
from portal.download.views.room import room

__all__ = ["archives", "choosing", "copies", "room"]
