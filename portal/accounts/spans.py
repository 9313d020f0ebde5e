"""How long codes and sessions live."""

from __future__ import annotations

from datetime import timedelta

CODE_LIFE = timedelta(minutes=10)  # RULES A2
TRIES = 5
FRESH = timedelta(minutes=15)
IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
