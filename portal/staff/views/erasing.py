"""A deletion in the systems, on the page of its case: tried now, or a find let stay with a reason."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from portal.deletion import service as deletion
from portal.staff.views.case import CASE, back, load
from portal.staff.views.casepage import Settling, show_case
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.guards import crew, staff

navigation.left_out(room, "erase_again", "settle_find")


@room.post(f"{CASE}/systems/again")
@staff("admin", "approver", "staff")
def erase_again(reference: str) -> Response:
    """Try a deletion now in the systems where it is not done."""
    found = load(reference)
    deletion.again(found)
    return back(found, "#systems")


@room.post(f"{CASE}/systems/<string:source>/settle")
@staff("admin", "approver", fresh=True)
def settle_find(reference: str, source: str) -> Response:
    """Let stay what was found in a system after an erasure."""
    found, typed = load(reference), request.form.get("reason", "")
    try:
        deletion.settle(found, source, typed, crew().number)
    except deletion.NoReason as problem:
        return show_case(found, settling=Settling(source, typed, said(problem)), status=problem.status)
    return back(found, "#systems")
