"""When something happened, in words that are kept, and never longer than they are true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.consents.words import when
from portal.kernel import clock
from portal.web.words import of


def test_what_is_told_by_its_hour_today_is_told_with_its_day_from_tomorrow_on() -> None:
    words, at = of("en", "Asia/Ho_Chi_Minh"), datetime(2026, 11, 28, 16, 58, tzinfo=UTC)
    with clock.stopped(at + timedelta(minutes=1)):
        assert when(words, at) == "23:58"
    with clock.stopped(at + timedelta(minutes=2)):  # there it is midnight
        assert when(words, at) == "23:58 on 28 November 2026 (UTC+7)"
        assert when(of("vi", "Asia/Ho_Chi_Minh"), at) != when(words, at)
        assert when(of("en", "UTC"), at) == "16:58"
