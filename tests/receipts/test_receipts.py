"""Whoever chose reads when, and has a receipt of each choice: as a page, and as JSON in two forms (RULES C3-C6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from portal import config
from portal.consents import service as consents
from portal.consents.models import ConsentEvent
from portal.consents.service import past
from portal.policies import service as policies
from tests.conftest import Portal
from tests.people import Member, member

EVENTS, SURVEYS, LEVEL = "marketing.events.email", "marketing.surveys.email", "location.level"
# What ISO/IEC TS 27560 asks for, as the guide of the W3C's DPV group lists it (RULES C4), and Kantara's form (C5).
MANDATORY = {
    "schema_version", "record_id", "receipt_id", "pii_principal_id", "privacy_notice", "language", "purpose",
    "pii_information", "pii_controllers", "storage_locations", "retention_period", "jurisdiction",
    "recipient_third_parties", "withdrawal_method", "party", "event", "lawful_basis",
}  # fmt: skip
KANTARA = {
    "version": str, "jurisdiction": str, "consentTimestamp": int, "collectionMethod": str, "consentReceiptID": str,
    "language": str, "piiPrincipalId": str, "piiControllers": list, "policyUrl": str, "services": list,
    "sensitive": bool, "spiCat": list,
}  # fmt: skip
CONTROLLER = {"piiController": str, "contact": str, "address": dict, "email": str, "phone": str}
PURPOSE = {
    "purpose": str, "purposeCategory": list, "consentType": str, "piiCategory": list, "primaryPurpose": bool,
    "termination": str, "thirdPartyDisclosure": bool,
}  # fmt: skip


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday", found=False)


def choose(who: Member, purpose: str, state: str, source: str = "") -> ConsentEvent:
    return ConsentEvent.get_by_id(policies.choose(who.subject, purpose, state, "en", source))


def receipt_as(who: Member, event: ConsentEvent, form: str) -> dict[str, Any]:
    answer = who.browser.client.get(f"/receipts/{event.record}?as={form}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert event.record[:8] in answer.headers["Content-Disposition"]
    given: dict[str, Any] = json.loads(answer.data)
    return given


def of_types(given: dict[str, Any], types: Mapping[str, type]) -> bool:
    return all(type(given.get(name)) is kind for name, kind in types.items())


def test_the_receipt_says_what_was_chosen_in_which_words_and_how_to_take_it_back(mai: Member) -> None:
    event = choose(mai, EVENTS, "on")
    page = mai.browser.get(f"/receipts/{event.record}")
    purpose = config.site().purposes[EVENTS]
    assert page.h1 == "Receipt of your choice"
    for words in (purpose.wording, purpose.data, purpose.recipients, purpose.retention):
        assert words["en"] in page.text
    for said in ("On", "Agreed to at", "Smartos Booking App", config.site().company, event.record):
        assert said in page.text
    number = event.notice_version
    assert page.links[f"Version {number}"].endswith(f"/privacy-policy/versions/{number}")
    assert page.links["Where you made the choice"].endswith("/marketing")


def test_a_page_in_another_language_keeps_the_words_that_were_read(mai: Member) -> None:
    event = choose(mai, EVENTS, "on")
    mai.browser.client.set_cookie("language", "vi")
    page = mai.browser.get(f"/receipts/{event.record}")
    assert config.site().purposes[EVENTS].title["vi"] in page.text
    wording = config.site().purposes[EVENTS].wording["en"]
    assert [node.text for node in page.root.all("dd", lang="en")][0] == wording


def test_as_json_it_is_the_one_of_the_archive_with_every_field_that_the_standard_asks_for(mai: Member) -> None:
    event = choose(mai, LEVEL, "approximate")
    given = receipt_as(mai, event, "27560")
    assert given.keys() >= MANDATORY
    assert all(given[name] for name in MANDATORY)
    assert given["event"].keys() >= {"time", "validity_duration", "entity_id", "type", "state"}
    assert given["party"].keys() >= {"id", "name", "address", "contact", "type"}
    assert (given["record_id"], given["event"]["choice"]) == (event.record, "approximate")


@pytest.mark.parametrize(("purpose", "state", "sensitive"), [(EVENTS, "on", False), (LEVEL, "precise", True)])
def test_in_kantara_s_form_it_has_every_field_in_its_type(
    mai: Member, purpose: str, state: str, sensitive: bool
) -> None:
    event = choose(mai, purpose, state)
    given = receipt_as(mai, event, "kantara")
    [controller], [offered] = given["piiControllers"], given["services"]
    [use] = offered["purposes"]
    assert of_types(given, KANTARA)
    assert of_types(controller, CONTROLLER)
    assert of_types(use, PURPOSE)
    assert ("thirdPartyName" in use) == use["thirdPartyDisclosure"]
    assert (given["version"], given["consentReceiptID"]) == ("KI-CR-v1.1.0", event.record)
    assert given["consentTimestamp"] == int(event.at.timestamp())
    assert given["sensitive"] is sensitive
    assert given["spiCat"] == (use["piiCategory"] if sensitive else [])


def test_who_gets_nothing_else_is_named_as_nobody(mai: Member) -> None:
    """The portal's own company is no third party."""
    [offered] = receipt_as(mai, choose(mai, "location.retention", "18"), "kantara")["services"]
    assert offered["purposes"][0]["thirdPartyDisclosure"] is False


def test_a_refusal_has_a_receipt_and_none_in_a_form_that_knows_consent_only(mai: Member) -> None:
    event = choose(mai, EVENTS, "off")
    page = mai.browser.get(f"/receipts/{event.record}")
    assert "Refused or taken back at" in page.text
    assert not [href for href in page.links.values() if "kantara" in href]
    assert receipt_as(mai, event, "27560")["event"]["state"] == "consent_withdrawn"
    assert mai.browser.client.get(f"/receipts/{event.record}?as=kantara").status_code == 404


def test_a_form_that_nobody_knows_is_not_found(mai: Member) -> None:
    event = choose(mai, EVENTS, "on")
    assert mai.browser.client.get(f"/receipts/{event.record}?as=xml").status_code == 404


def test_somebody_else_finds_neither_page_nor_json(portal: Portal, mai: Member) -> None:
    event, stranger = choose(mai, EVENTS, "on"), member(portal, "sharer", found=False)
    for address in ("", "?as=27560", "?as=kantara"):
        answer = stranger.browser.client.get(f"/receipts/{event.record}{address}")
        assert answer.status_code == 404
        assert "Events" not in answer.text
    assert event.record not in stranger.browser.get("/receipts").text


def test_what_a_request_stopped_is_no_consent_and_has_no_receipt(mai: Member) -> None:
    terms = {"wording": "Stop", "language": "en", "actor": "person", "channel": "portal"}
    number = consents.say_no(mai.subject, {"restriction": "restricted"}, case="R-7F3K-Q2", **terms)["restriction"]
    record = ConsentEvent.get_by_id(number).record
    assert mai.browser.client.get(f"/receipts/{record}").status_code == 404
    assert "You have not chosen anything yet." in mai.browser.get("/receipts").text


def test_the_list_says_when_what_was_chosen_the_newest_first(mai: Member) -> None:
    made = [choose(mai, EVENTS, state) for state in ("on", "off", "on")] + [choose(mai, LEVEL, "precise")]
    page = mai.browser.get("/receipts")
    shown = [href.rsplit("/", 1)[1] for href in receipts_on(page)]
    assert shown == [event.record for event in reversed(made)]
    assert [page.text.index(word) for word in ("Precise", "Off")] == sorted(
        page.text.index(word) for word in ("Precise", "Off")
    )


def receipts_on(page: Any) -> list[str]:
    return [node["href"] for node in page.root.all("a") if node["href"].startswith("/receipts/")]


def test_from_where_it_is_switched_one_comes_to_the_history_of_that_purpose(mai: Member) -> None:
    event, other = choose(mai, EVENTS, "on"), choose(mai, SURVEYS, "on")
    level = choose(mai, LEVEL, "off")
    page = mai.browser.get("/marketing").click("When you chose what: Events")
    assert receipts_on(page) == [f"/receipts/{event.record}"]
    page = mai.browser.get("/location").click("When you chose what, with a receipt of each choice")
    assert receipts_on(page) == [f"/receipts/{level.record}"]
    assert len(receipts_on(page.click("Show all your choices"))) == 3
    assert other.record not in page.text


def test_a_choice_for_one_system_stands_with_its_purpose_and_names_the_system(mai: Member) -> None:
    choose(mai, LEVEL, "precise")
    one = choose(mai, LEVEL, "off", "booking")
    page = mai.browser.get(f"/receipts?about={LEVEL}")
    assert f"/receipts/{one.record}" in receipts_on(page)
    assert "Location in Smartos Booking App" in page.text


def test_a_long_history_goes_on_with_older_choices(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "PAGE", 3)
    made = [choose(mai, EVENTS, ("on", "off")[turn % 2]) for turn in range(7)]
    found, page = list[str](), mai.browser.get("/receipts")
    while "Older" in page.links:
        found += receipts_on(page)
        page = page.click("Older")
    found += receipts_on(page)
    assert found == [f"/receipts/{event.record}" for event in reversed(made)]


@pytest.mark.parametrize("about", ["%", "marketing_events", "no.such.purpose", "'; DROP TABLE consent_events; --"])
def test_a_made_up_purpose_shows_nothing(mai: Member, about: str) -> None:
    choose(mai, EVENTS, "on")
    page = mai.browser.get("/receipts", data={"about": about})
    assert receipts_on(page) == []
    assert about not in page.text


def test_no_name_stands_in_a_receipt(mai: Member) -> None:
    text = json.dumps(receipt_as(mai, choose(mai, EVENTS, "on"), "kantara"))
    assert mai.email not in text
    assert "Mai" not in text


def test_in_vietnamese_on_and_off_are_those_of_a_switch(mai: Member) -> None:
    choose(mai, EVENTS, "off")
    choose(mai, EVENTS, "on")
    mai.browser.client.set_cookie("language", "vi")
    cells = [node.text for node in mai.browser.get("/receipts").root.all("td")]
    assert [text for text in cells if text in ("Bật", "Tắt")] == ["Bật", "Tắt"]
