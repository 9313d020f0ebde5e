"""What policies does: it keeps their versions, tells people of new ones, and records what they say to them."""

from portal.policies.models import PolicyVersion
from portal.policies.service.answering import (
    Asked,
    accept,
    asked,
    counts,
    decline,
    heed_imported,
    name_of,
    open_question,
    readable,
    withdrawn_of,
)
from portal.policies.service.choosing import choose, choose_all
from portal.policies.service.drafting import LONGEST, Changed, Draft, create, draft, drafts, drop, write
from portal.policies.service.files import publish_from
from portal.policies.service.publishing import TooSoon, Unfinished, earliest, missing, retire, schedule, withdraw
from portal.policies.service.reading import (
    DOCUMENTS,
    NOTICE,
    in_force,
    number_of,
    on_paper,
    sections,
    version,
    versions,
)
from portal.policies.service.telling import ADDRESSES, TITLES, audience, carry_on, tell_newcomers, told_as

__all__ = [
    "ADDRESSES", "DOCUMENTS", "LONGEST", "NOTICE", "TITLES", "Asked", "Changed", "Draft", "PolicyVersion", "TooSoon",
    "Unfinished", "accept", "asked", "audience", "carry_on", "choose", "choose_all", "counts", "create", "decline",
    "draft", "drafts", "drop", "earliest", "heed_imported", "in_force", "missing", "name_of", "number_of", "on_paper",
    "open_question", "publish_from", "readable", "retire", "schedule", "sections", "tell_newcomers", "today", "told_as",
    "version", "versions", "withdraw", "withdrawn_of", "write",
]  # fmt: skip
