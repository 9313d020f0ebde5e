"""The pages of requests: filing one, following it, showing who asks, and contact."""

from portal.cases.views import agents, asking, contact, documents, following, listing, proving
from portal.cases.views.room import room

__all__ = ["agents", "asking", "contact", "documents", "following", "listing", "proving", "room"]
