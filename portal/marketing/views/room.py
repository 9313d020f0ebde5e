"""The room of marketing."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("marketing", __name__)
