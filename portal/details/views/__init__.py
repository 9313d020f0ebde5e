"""Pages of details."""

from portal.details.views import correcting, moving, page, restriction, statements
from portal.details.views.room import room

__all__ = ["correcting", "moving", "page", "restriction", "room", "statements"]
