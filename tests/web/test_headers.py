"""What every answer carries, and which host is answered to."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

ALWAYS = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Cache-Control",
)


@pytest.mark.parametrize("path", ["/overview", "/form", "/no-such-page", "/problem", "/api/v1/things", "/archives/x"])
def test_every_answer_carries_the_headers(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert [name for name in ALWAYS if answer.headers.getlist(name).__len__() != 1] == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_so_does_the_refusal_of_a_host(visitor: FlaskClient) -> None:
    answer = visitor.get("/overview", base_url="https://evil.example")
    assert answer.status_code == 400
    assert all(name in answer.headers for name in ALWAYS)


def test_the_policy_allows_nothing_inline_and_no_other_host(visitor: FlaskClient) -> None:
    policy = visitor.get("/form").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    for needed in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert needed in policy


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("https://privacy.acme.example", 303),
        ("https://privacy.acme.example:443", 303),
        ("https://PRIVACY.acme.example", 303),
        ("https://privacy.acme.example:8443", 400),
        ("https://privacy.acme.example.evil.example", 400),
        ("http://127.0.0.1:8000", 400),
    ],
)
def test_only_the_sites_own_host_is_answered(visitor: FlaskClient, host: str, status: int) -> None:
    assert visitor.get("/overview", base_url=host).status_code == status


def test_probes_come_by_address(visitor: FlaskClient) -> None:
    assert visitor.get("/healthz", base_url="http://10.0.0.7:8000").status_code == 200


def test_an_answer_may_mean_a_header_of_its_own(visitor: FlaskClient) -> None:
    answer = visitor.get("/own-headers")
    assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert answer.headers.getlist("Cache-Control") == ["private, max-age=60"]
