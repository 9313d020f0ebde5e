"""The room's place in the portal."""

from __future__ import annotations

from flask import Blueprint

from portal.kernel.problems import N_
from portal.web import navigation

room = Blueprint("deletion", __name__)
navigation.entry(room, "page", N_("Delete account"), order=70, covers=("parts", "check", "state"))
navigation.footer(room, "public", N_("Delete an account"), order=40)
navigation.left_out(room, "hand_over", "cancel", "cancel_by_mail", "certificate")
