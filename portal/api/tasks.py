"""What workers do for the api."""

from __future__ import annotations

from datetime import timedelta

from portal.api.service import replays, suppressing
from portal.kernel import work


@work.every(timedelta(hours=1))
def forget_answers() -> None:
    """Remove answers that nobody may ask for again."""
    replays.forget_past()


@work.every(timedelta(minutes=1))
def follow_choices() -> None:
    """Bring up to date what senders read, so that whoever reads next has little to wait for."""
    suppressing.catch_up()
