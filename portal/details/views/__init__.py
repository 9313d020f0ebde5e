"""Pages of details."""

from portal.details.views import correcting, differences, moving, page, restriction, statements
from portal.details.views.room import room

__all__ = ["correcting", "differences", "moving", "page", "restriction", "room", "statements"]
