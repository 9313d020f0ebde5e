"""What may be sent: the page of somebody signed in, and what a mail leads to."""

from portal.marketing.views import mailed, page
from portal.marketing.views.room import room

__all__ = ["mailed", "page", "room"]
