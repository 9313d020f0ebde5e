"""Delete account: what will happen, check, and one page per state; the public pages that need no account."""

from portal.deletion.views import asking, following, public
from portal.deletion.views.room import room

__all__ = ["asking", "following", "public", "room"]
