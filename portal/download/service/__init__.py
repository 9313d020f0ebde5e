"""Downloads: what may be chosen, asked for, handed out, stopped and taken back. What makes one is in making.py."""

from portal.download.service.asking import (
    KIND,
    UNDER_WAY,
    Progress,
    TooManyCopies,
    ask,
    load,
    may_ask,
    progress,
    recent,
    start,
    start_approved,
    under_way,
)
from portal.download.service.choosing import Offer, Wish, choice_of, offers
from portal.download.service.handing import (
    TICKET_LIFE,
    Handed,
    archive,
    fetches,
    note_fetch,
    opened,
    pages,
    read,
    ticket,
)
from portal.download.service.releasing import (
    forget_preparation,
    needs_release,
    prepare,
    ready,
    release,
    release_of,
    withhold_records,
)
from portal.download.service.stopping import cancel, disable, erase_strays, stop_all

__all__ = [
    "KIND", "TICKET_LIFE", "UNDER_WAY", "Handed", "Offer", "Progress", "TooManyCopies", "Wish", "archive", "ask",
    "cancel", "choice_of", "disable", "erase_strays", "fetches", "forget_preparation", "load", "may_ask",
    "needs_release", "note_fetch", "offers", "opened", "pages", "prepare", "progress", "read", "ready", "recent",
    "release", "release_of", "start", "start_approved", "stop_all", "ticket", "under_way", "withhold_records",
]  # fmt: skip
