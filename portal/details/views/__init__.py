"""Pages of details."""

from portal.details.views import correcting, page, restriction, statements
from portal.details.views.room import room

__all__ = ["correcting", "page", "restriction", "room", "statements"]
