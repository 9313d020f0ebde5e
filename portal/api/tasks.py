"""What workers do for the api."""

from __future__ import annotations

from datetime import timedelta

from portal.api.service import replays
from portal.kernel import work


@work.every(timedelta(hours=1))
def forget_answers() -> None:
    """Remove answers that nobody may ask for again."""
    replays.forget_past()
