"""Messages go to the open internet and nowhere else, by whatever name an address is called."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from portal.hooks.service import reaching
from portal.hooks.service.reaching import BadAddress

HOME = reaching.networks(["127.0.0.0/8"])


def resolving(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Let every name mean these places."""

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        family = socket.AF_INET6 if ":" in places[0] else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (place, port)) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://user:word@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
        "file:///etc/passwd",
        "https://example.com/" + "a" * 500,
    ],
)
def test_an_address_is_plain_https(url: str) -> None:
    with pytest.raises(BadAddress):
        reaching.parsed(url, ())


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.4.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b:1::1",
    ],
)
def test_no_name_leads_inside(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    resolving(monkeypatch, place)
    with pytest.raises(BadAddress):
        reaching.reached("https://looks-fine.example/", ())
    answer = reaching.post("https://looks-fine.example/", b"{}", {}, ())
    assert (answer.status, answer.trouble) == (None, "address not allowed")


def test_one_place_inside_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.216.34", "10.0.0.5")
    with pytest.raises(BadAddress):
        reaching.reached("https://example.com/", ())


def test_the_connection_goes_to_the_place_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.216.34")
    found = reaching.reached("https://example.com:8443/hook?x=1", ())
    assert (found.place, found.port) == ("93.184.216.34", 8443)
    asked: list[Any] = []

    def connect(address: Any, timeout: float) -> Any:
        asked.append(address)
        raise ConnectionRefusedError

    resolving(monkeypatch, "10.0.0.5")  # the name means another place by now
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        reaching._connection(found).connect()
    assert asked == [("93.184.216.34", 8443)]


def test_a_network_of_ones_own_is_allowed_by_name_and_only_that_one() -> None:
    assert reaching.reached("http://127.0.0.1:8000/", HOME).place == "127.0.0.1"
    with pytest.raises(BadAddress):
        reaching.reached("http://10.0.0.5/", HOME)
    with pytest.raises(BadAddress):
        reaching.reached("http://93.184.216.34/", HOME)


def test_a_redirect_is_a_failure_and_is_not_followed() -> None:
    from tests.hooks.conftest import Listener

    listener = Listener()
    try:
        listener.says(302, Location=listener.url + "/elsewhere")
        answer = reaching.post(listener.url, b"{}", {"webhook-id": "msg_1"}, HOME)
    finally:
        listener.close()
    assert (answer.status, answer.is_heard, len(listener.got)) == (302, False, 1)


def test_whoever_answers_a_byte_a_second_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = reaching.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, HOME)
    assert answer.status is None
    assert answer.trouble
    assert answer.took < 3_000


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120.0), ("999999999", 86_400.0), ("soon", None), (None, None), ("-5", None), ("", None)],
)
def test_retry_after_is_read_in_seconds(said: str | None, seconds: float | None) -> None:
    assert reaching._seconds(said) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    assert reaching._seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert reaching._seconds("Wed, 21 Oct 2099 07:28:00 GMT") == 86_400.0
