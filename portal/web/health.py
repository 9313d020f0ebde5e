"""Is it up, and can it work? For whoever watches the processes."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.kernel.db import database
from portal.web import navigation
from portal.web.guards import open_to_all

room = Blueprint("health", __name__)
navigation.left_out(room, "alive", "ready")


@room.get("/healthz")
@open_to_all
def alive() -> Response:
    """Answer without looking at anything."""
    return Response("ok\n", mimetype="text/plain")


@room.get("/readyz")
@open_to_all
def ready() -> Response:
    """Answer once the database does."""
    database.execute_sql("SELECT 1").fetchone()
    return Response("ok\n", mimetype="text/plain")
