"""What programs look for at addresses of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.conftest import Portal


def test_whoever_found_a_weakness_reads_where_to_report_it(portal: Portal) -> None:
    answer = portal.app.test_client().get("/.well-known/security.txt")
    fields = [line.partition(": ")[::2] for line in answer.text.splitlines()]
    assert answer.content_type == "text/plain; charset=utf-8"
    assert [value for name, value in fields if name == "Contact"] == ["mailto:privacy@smartos.example.com"]
    (expires,) = [value for name, value in fields if name == "Expires"]
    assert timedelta(0) < datetime.fromisoformat(expires) - datetime.now(UTC) < timedelta(days=365)


def test_the_site_says_since_when_it_obeys_the_signal(portal: Portal) -> None:
    answer = portal.app.test_client().get("/.well-known/gpc.json")
    assert answer.content_type == "application/json"
    assert answer.json is not None
    assert answer.json["gpc"] is True
    assert date.fromisoformat(answer.json["lastUpdate"]) <= datetime.now(UTC).date()


def test_an_address_that_cannot_exist_is_not_found(portal: Portal) -> None:
    name = "resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert portal.app.test_client().get(f"/.well-known/{name}").status_code == 404
