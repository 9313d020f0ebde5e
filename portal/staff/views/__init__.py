"""The pages of the staff: one module a subject, all on one blueprint."""

from portal.staff.views import (
    ages,
    case,
    checklists,
    child_deciding,
    children,
    correction,
    deciding,
    drift,
    enrolment,
    erasing,
    figures,
    holds,
    keeping,
    kept,
    law,
    log,
    looking,
    members,
    messages,
    own,
    person,
    policies,
    requests,
    retention,
    signing_in,
    systems,
    texts,
    webhooks,
    writing,
)
from portal.staff.views.door import KEPT, STAFF_SESSION, room

__all__ = [
    "KEPT", "STAFF_SESSION", "ages", "case", "checklists", "child_deciding", "children", "correction", "deciding",
    "drift", "enrolment", "erasing", "figures", "holds", "keeping", "kept", "law", "log", "looking", "members",
    "messages", "own", "person", "policies", "requests", "retention", "room", "signing_in", "systems", "texts",
    "webhooks", "writing",
]  # fmt: skip
