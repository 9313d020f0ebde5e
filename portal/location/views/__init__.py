"""The pages of the location room."""

from portal.location.views import level  # noqa: F401 - importing its views is what registers them
from portal.location.views.room import room

__all__ = ["room"]
