"""Where a new member sets up the second factor; and a member of old renews it, or the recovery codes."""

from __future__ import annotations

from typing import Any

import segno
from flask import url_for
from werkzeug.wrappers import Response

from portal.accounts.staff import factors, totp
from portal.accounts.staff.models import StaffEnrolment
from portal.staff.forms.door import FactorForm
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.guards import crew, open_to_all, staff
from portal.web.htmx import away, show
from portal.web.site import site

_BORDER = 4  # modules of white around a QR code (ISO/IEC 18004 §6.3.8)

navigation.left_out(room, "enrol", "renew_factor", "renew_codes")


@room.route("/staff/enrol/<string:token>", methods=["GET", "POST"])
@open_to_all
def enrol(token: str) -> Response:
    """Show the secret for an authenticator app; with its code, set it and show the recovery codes, once."""
    begun, form = factors.enrolment(token), FactorForm()
    if form.validate_on_submit():
        try:
            codes = factors.enrol(token, form.code.data)
        except factors.WrongFactor as problem:
            form.code.errors = [said(problem)]
        else:
            return show("staff/recovery_codes.html", codes=codes, email=begun.staff.email, enrolled=True)
    return show("staff/enrol.html", form=form, status=422 if form.errors else 200, **_offered(begun))


@room.post("/staff/me/factor")
@staff("admin", "approver", "staff", fresh=True)
def renew_factor() -> Response:
    """Begin to set another second factor; the present one counts until then."""
    token, _until = factors.new_enrolment(factors.load(crew().number))
    return away(url_for("staff.enrol", token=token))


@room.post("/staff/me/recovery-codes")
@staff("admin", "approver", "staff", fresh=True)
def renew_codes() -> Response:
    """Make new recovery codes and show them, once."""
    codes = factors.renew_codes(crew().number)
    return show("staff/recovery_codes.html", codes=codes, email=factors.load(crew().number).email, enrolled=False)


def _offered(begun: StaffEnrolment) -> dict[str, Any]:
    """Return the secret as it is typed, as a link, and as the squares of a QR code: their path and the side."""
    facts, secret = site(), begun.secret
    address = totp.address(secret, f"{facts.name} {facts.product}", begun.staff.email)
    drawn = segno.make(address, error="m", micro=False)
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(drawn.matrix) for x, dark in enumerate(row) if dark]
    parts = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return {
        "member": begun.staff,
        "until": begun.expires_at,
        "typed": parts,
        "address": address,
        "path": "".join(squares),
        "box": f"{-_BORDER} {-_BORDER} {len(drawn.matrix) + 2 * _BORDER} {len(drawn.matrix) + 2 * _BORDER}",
    }
