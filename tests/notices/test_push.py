"""A browser that somebody let be told is told that there is news, and nothing else leaves by that way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from portal import config
from portal.accounts import sessions
from portal.accounts.models import Session
from portal.kernel import clock, failpoints
from portal.notices import inbox, messages, push
from portal.notices.models import Message, PushSubscription
from portal.notices.push import carrying, sealing, vapid
from tests.conftest import Portal
from tests.dying import Killed
from tests.notices.push_service import PushService, Subscribed, b64, point, raw, verified
from tests.people import Member, member

KEY = b64(bytes(range(1, 33)))


@pytest.fixture
def service(portal: Portal) -> Iterator[PushService]:
    """A push service that the operator has named; the portal has a key."""
    there, before = PushService(), config.active()
    config.use(replace(before, push_key=KEY, push_hosts=(there.origin,)))
    yield there
    config.use(before)
    there.stop()


def subscribed(
    who: Member, service: PushService, browser: Subscribed | None = None, path: str = "/send/1"
) -> Subscribed:
    browser = browser or Subscribed()
    page = who.browser.get("/inbox")
    values: dict[str, Any] = {"endpoint": service.origin + path, **browser.sent}
    page.form("Tell me in this browser").send(**values)
    return browser


def tell(portal: Portal, to: Member, cause: str = "cause") -> None:
    address = messages.Recipient(to.email, "en", to.account)
    messages.request_news(address, cause, "R-7F3K-Q2", "https://x.example/requests/R-7F3K-Q2")
    portal.drain()


def test_the_example_of_rfc_8291_comes_out_to_the_byte() -> None:
    own = ec.derive_private_key(
        int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    public = raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    auth, salt = raw("BTBZMqHH6r4Tts7J_aSIgg"), raw("DGv6ra1nlYgDCS1FRnbzlw")
    sealed = sealing.seal_with(b"When I grow up, I want to be a watermelon", public, auth, own, salt)
    assert b64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    received = ec.derive_private_key(
        int.from_bytes(raw("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    assert point(received) == public
    assert Subscribed(received, auth).open(sealed) == b"When I grow up, I want to be a watermelon"


def test_a_message_tells_the_browser_and_says_nothing_personal(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    browser = subscribed(mai, service)
    tell(portal, mai)
    ((path, headers, body),) = service.taken
    said = json.loads(browser.open(body))
    assert said == {
        "title": f"{config.site().name} {config.site().product}",
        "body": "There is something new in your privacy portal.",
        "url": "/inbox",
    }
    assert path == "/send/1"
    assert (headers["Content-Encoding"], headers["TTL"], headers["Topic"]) == ("aes128gcm", "86400", "news")


def test_the_push_service_can_check_who_sends(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    tell(portal, mai)
    claims, key = verified(service.taken[0][1]["Authorization"])
    assert key == vapid.public_key()
    assert claims["aud"] == service.origin
    assert claims["sub"] == f"mailto:{config.site().support_email}"
    assert 0 < claims["exp"] - clock.now().timestamp() < timedelta(days=1).total_seconds()


def test_the_inbox_lists_that_a_browser_was_told(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    tell(portal, mai)
    channels = [letter.channel for letter in inbox.listed(mai.account, "en")[0]]
    assert channels == ["push", "email"]
    page = mai.browser.get("/inbox")
    assert "Notification" in page.text
    assert "1 new" in mai.browser.client.get("/inbox").text, "the notification itself is no news"


def test_it_is_in_the_language_of_the_browser(portal: Portal, service: PushService) -> None:
    an = member(portal, "an@example.com", "vi")
    browser = Subscribed()
    push.subscribe(an.account, (1, ""), "Firefox", "vi", {"endpoint": f"{service.origin}/vi", **browser.sent})
    tell(portal, an)
    assert "Có điều mới" in json.loads(browser.open(service.taken[0][2]))["body"]


def test_a_code_is_no_reason_to_tell_anybody(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    messages.sign_in_code(messages.Recipient(mai.email, "en", mai.account), "code", "271828", 10)
    portal.drain()
    assert service.taken == []


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_has_ended_goes(portal: Portal, service: PushService, status: int) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    service.answer = status
    tell(portal, mai)
    assert not PushSubscription.select().exists()
    assert [letter.channel for letter in inbox.listed(mai.account, "en")[0]] == ["email"]


def test_a_push_service_that_is_away_is_asked_again_and_then_let_be(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    service.answer = 503
    tell(portal, mai)
    assert len(service.taken) == 1
    service.answer = 201
    with clock.later(timedelta(minutes=2)):
        portal.drain()
    assert len(service.taken) == 2
    assert PushSubscription.get().due_at is None
    service.answer = 503
    tell(portal, mai, "again")
    for hour in range(1, 20):
        with clock.later(timedelta(hours=2 * hour)):
            portal.drain()
    assert PushSubscription.get().due_at is None
    assert inbox.listed(mai.account, "en")[0][0].state == "failed"


def test_what_is_refused_is_not_sent_again(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    service.answer = 400
    tell(portal, mai)
    assert (len(service.taken), PushSubscription.get().due_at) == (1, None)


def test_no_redirect_is_followed(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    service.answer = 307
    tell(portal, mai)
    assert [path for path, _, _ in service.taken] == ["/send/1"]


def test_several_messages_before_it_was_told_are_one_push(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    for number in range(3):
        to = messages.Recipient(mai.email, "en", mai.account)
        messages.request_news(to, f"cause {number}", "R-7F3K-Q2", "https://x.example/requests/R-7F3K-Q2")
    portal.drain()
    assert len(service.taken) == 1


@pytest.mark.parametrize("place", ["push: before send", "push: after send"])
def test_a_worker_that_dies_repeats_a_push_and_loses_none(
    portal: Portal, service: PushService, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)

    def die(name: str) -> None:
        if name == place:
            raise Killed(name)

    monkeypatch.setattr(failpoints, "point", die)
    with pytest.raises(Killed):
        tell(portal, mai)
    monkeypatch.undo()
    with clock.later(timedelta(minutes=5)):
        portal.drain()
    assert len(service.taken) == (1 if "before" in place else 2)
    assert PushSubscription.get().told_at is not None


ENDPOINTS = (
    ("https://fcm.googleapis.com/fcm/send/abc", True),
    ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
    ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
    ("https://web.push.apple.com/abc", True),
    ("https://fcm.googleapis.com:443/fcm/send/abc", True),
    ("http://fcm.googleapis.com/fcm/send/abc", False),
    ("https://fcm.googleapis.com:8443/fcm/send/abc", False),
    ("https://fcm.googleapis.com@127.0.0.1/abc", False),
    ("https://fcm.googleapis.com.evil.example/abc", False),
    ("https://evilnotify.windows.com/abc", False),
    ("https://127.0.0.1/abc", False),
    ("https://169.254.169.254/latest/meta-data", False),
    ("http://127.0.0.1:1/abc", False),
    ("https://[::1]/abc", False),
    ("https://fcm.googleapis.com/a\r\nHost: evil", False),
    ("https://fcm.googleapis.com:nonsense/", False),
    ("file:///etc/passwd", False),
    ("", False),
    ("https://fcm.googleapis.com/" + "a" * carrying.LONGEST, False),
)


def test_only_known_push_services_are_spoken_to(service: PushService) -> None:
    for endpoint, known in ENDPOINTS:
        assert carrying.is_known(endpoint) == known, endpoint


def test_an_operator_may_name_others(service: PushService) -> None:
    settings = config.active()
    config.use(replace(settings, push_hosts=("push.example", ".more.example")))
    assert carrying.is_known("https://push.example/a")
    assert carrying.is_known("https://one.more.example/a")
    assert not carrying.is_known("https://sub.push.example/a")
    config.use(settings)


def test_an_address_that_is_known_no_more_is_not_spoken_to(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    config.use(replace(config.active(), push_hosts=()))
    tell(portal, mai)
    assert service.taken == []


NONE = (
    {"endpoint": "https://127.0.0.1/x"},
    {"p256dh": "nonsense"},
    {"p256dh": b64(b"\x04" + bytes(64))},
    {"auth": "c2hvcnQ"},
    {"auth": "%%%"},
    {"p256dh": "é"},
    {"p256dh": ""},
)


def test_a_subscription_that_is_none_is_refused_with_a_sentence(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    for sent in NONE:
        form = {"endpoint": f"{service.origin}/x", **Subscribed().sent, **sent}
        assert "cannot be told" in mai.browser.post("/inbox/browsers", data=form, status=422).text
    assert not PushSubscription.select().exists()


def test_another_key_of_ours_ends_what_was_made_under_the_old_one(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    config.use(replace(config.active(), push_key=b64(bytes(range(2, 34)))))
    tell(portal, mai)
    assert (service.taken, PushSubscription.select().count()) == ([], 0)


def test_without_a_key_nothing_is_offered_and_nothing_is_pushed(portal: Portal) -> None:
    mai = member(portal, "everyday")
    assert "Tell me in this browser" not in mai.browser.get("/inbox").text
    mai.browser.post(
        "/inbox/browsers", data={"endpoint": "https://fcm.googleapis.com/x", **Subscribed().sent}, status=422
    )
    tell(portal, mai)
    assert inbox.listed(mai.account, "en")[0][0].channel == "email"


def test_a_key_that_is_none_stops_the_start() -> None:
    for wrong in ("short", "%%%", b64(bytes(32))):
        with pytest.raises(ValueError, match="PORTAL_PUSH_KEY|private"):
            vapid.check(wrong)


def test_inside_an_app_nothing_is_offered(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    assert "Tell me in this browser" not in mai.browser.get("/inbox?view=app").text


def test_a_person_removes_a_browser_and_no_stranger_does(portal: Portal, service: PushService) -> None:
    mai, an = member(portal, "everyday"), member(portal, "an@example.com")
    subscribed(mai, service)
    number = PushSubscription.get().id
    an.browser.post(f"/inbox/browsers/{number}/remove", status=404)
    page = mai.browser.get("/inbox")
    assert "This browser" in page.text
    assert "Tell me in this browser" not in page.text
    page.form(next(words for words in ("Tell it no more A browser that we do not know",))).send()
    assert not PushSubscription.select().exists()


def test_a_browser_that_subscribes_again_or_for_somebody_else_is_told_once(
    portal: Portal, service: PushService
) -> None:
    mai, an = member(portal, "everyday"), member(portal, "an@example.com")
    browser = subscribed(mai, service)
    push.subscribe(mai.account, (Session.get().id, ""), "x", "en", {"endpoint": f"{service.origin}/2", **browser.sent})
    assert PushSubscription.select().count() == 1, "the same session has one"
    subscribed(an, service, browser, "/2")
    assert [row.account for row in PushSubscription.select()] == [an.account]


def other_browser(who: Member, service: PushService) -> Session:
    session = Session.create(account=who.account, digest="other", device="x", fresh_until=clock.now(), browser_hash="b")
    push.subscribe(who.account, (session.id, "b"), "x", "en", {"endpoint": f"{service.origin}/o", **Subscribed().sent})
    return session


def test_signing_out_ends_it_in_that_browser(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    other_browser(mai, service)
    mai.browser.post("/sign-out")
    assert [row.browser_hash for row in PushSubscription.select()] == ["b"]


def test_signing_out_all_others_ends_it_everywhere_but_here_also_where_the_session_ran_out(
    portal: Portal, service: PushService
) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    session = other_browser(mai, service)
    Session.update(seen_at=clock.now() - timedelta(days=60)).where(Session.id == session.id).execute()
    mai.browser.post("/security/sessions/end-others")
    (left,) = PushSubscription.select()
    assert left.session != session.id


def test_ending_one_browser_or_all_ends_it_there(portal: Portal, service: PushService) -> None:
    mai = member(portal, "everyday")
    subscribed(mai, service)
    session = other_browser(mai, service)
    mai.browser.post(f"/security/sessions/{session.id}/end")
    assert PushSubscription.select().count() == 1
    sessions.end_all(mai.account)
    assert not PushSubscription.select().exists()


def test_the_service_worker_lies_at_the_root_and_may_load_nothing_else(portal: Portal) -> None:
    answer = portal.app.test_client().get("/push-worker.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b'"fetch"' not in answer.data, "it answers no request of a page"


def renewed(who: Member, service: PushService, browser: Subscribed, status: int) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}  # a service worker has no token
    values = {"endpoint": f"{service.origin}/new", **browser.sent}
    assert who.browser.client.post("/inbox/browsers/renew", data=values, headers=headers).status_code == status


def test_a_browser_whose_address_the_push_service_changed_is_told_at_the_new_one(
    portal: Portal, service: PushService
) -> None:
    mai, browser = member(portal, "everyday"), Subscribed()
    subscribed(mai, service)
    renewed(mai, service, browser, 204)
    tell(portal, mai)
    (sent,) = service.taken
    assert sent[0] == "/new"
    assert browser.open(sent[2])


def test_who_signs_in_where_somebody_was_told_is_not_told_by_a_new_address(
    portal: Portal, service: PushService
) -> None:
    mai, an = member(portal, "everyday"), member(portal, "an@example.com")
    subscribed(mai, service)
    renewed(an, service, Subscribed(), 404)
    mai.browser.post("/sign-out")
    renewed(mai, service, Subscribed(), 303)
    assert not PushSubscription.select().where(PushSubscription.account == an.account).exists()


def test_what_opens_the_way_to_a_browser_is_in_no_copy(portal: Portal, service: PushService) -> None:
    from portal.sources.own import tables

    shown = {field.name for field in tables.shown(PushSubscription)}
    assert not shown & {"endpoint", "auth", "public_key", "endpoint_hash", "browser_hash"}
    assert Message._meta.table_name in {tables.name(model) for model in tables.owned()}
