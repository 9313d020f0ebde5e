"""The pages of reports about children: for the reporter without an account, and for the holder of an account."""

from portal.children.views import appealing, following, holder, parenthood, reporting
from portal.children.views.room import room

__all__ = ["appealing", "following", "holder", "parenthood", "reporting", "room"]
