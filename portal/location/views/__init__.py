"""The pages of the location room."""

from portal.location.views import history, level, removing  # noqa: F401 - importing views is what registers them
from portal.location.views.room import room

__all__ = ["room"]
