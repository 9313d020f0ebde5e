"""What a request does to the use of data: stopped at once while it is checked, granted, or lifted after a notice.

Whatever is stopped is an event of the ledger, so that whoever asks "may we?" reads one row.
"""

from portal.cases.service.effects.carrying import carry_out
from portal.cases.service.effects.ending import NoticeFirst, checked_anew, end, ended, lift, taken_back, undone
from portal.cases.service.effects.filing import file_ripe, filed
from portal.cases.service.effects.saying import KINDS

__all__ = [
    "KINDS", "NoticeFirst", "carry_out", "checked_anew", "end", "ended", "file_ripe", "filed", "lift", "taken_back",
    "undone",
]  # fmt: skip
