"""The room's place in the portal."""

from __future__ import annotations

from flask import Blueprint

from portal.kernel.problems import N_
from portal.web import navigation

room = Blueprint("download", __name__)
navigation.entry(room, "page", N_("Download your data"), order=60, covers=("one", "link"))
navigation.left_out(room, "start", "fetch", "make_link", "cancel", "disable", "archive", "archive_page")
