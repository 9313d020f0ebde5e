"""Deleting an account everywhere, or a part of it: asked for, carried out, proven, looked at again."""

from portal.deletion.service.addresses import cancel_url
from portal.deletion.service.asking import (
    Blocked,
    by_token,
    cancel,
    cancel_ruled,
    is_gone,
    load,
    parts,
    schedule,
    stop_all_distrusted,
    take_up,
    unfinished,
)
from portal.deletion.service.carrying import carry_out
from portal.deletion.service.certificates import Progress, address_of, certificate, forget_past, progress
from portal.deletion.service.controllers import answer_by
from portal.deletion.service.handing import ask as hand_over
from portal.deletion.service.handing import asked as hand_overs
from portal.deletion.service.holding import release as release_hold
from portal.deletion.service.holding import released as released_holds
from portal.deletion.service.holding import waiting as held_back
from portal.deletion.service.ledger import Replayed, replay
from portal.deletion.service.moving import TooLate
from portal.deletion.service.plan import Outlook, Planned, System, glance, outlook
from portal.deletion.service.promises import Promise, most_days, promises
from portal.deletion.service.retention import Dated, expire
from portal.deletion.service.retention import tables as kept_tables
from portal.deletion.service.returned import recent as returned
from portal.deletion.service.returned import sweep as sweep_returned
from portal.deletion.service.ruled import Ruled, open_ruled
from portal.deletion.service.scope import ACCOUNT, Scope, can_go, scope, scope_of
from portal.deletion.service.settling import NoReason, Standing, Trouble, again, ahead, settle, standing

__all__ = [
    "ACCOUNT", "Blocked", "Dated", "NoReason", "Outlook", "Planned", "Progress", "Promise", "Replayed", "Ruled",
    "Scope", "Standing", "System", "TooLate", "Trouble", "address_of", "again", "ahead", "answer_by", "by_token",
    "can_go", "cancel", "cancel_ruled", "cancel_url", "carry_out", "certificate", "expire", "forget_past", "glance",
    "hand_over", "hand_overs", "held_back", "is_gone", "kept_tables", "load", "most_days", "open_ruled", "outlook",
    "parts", "progress", "promises", "release_hold", "released_holds", "replay", "returned", "schedule", "scope",
    "scope_of", "settle", "standing", "stop_all_distrusted", "sweep_returned", "take_up", "unfinished",
]  # fmt: skip
