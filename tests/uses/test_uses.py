"""A purpose that is written into the site's file has its page, its receipt and its answer, with no line of code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal import config
from portal.api.service import answering
from portal.cases import deadlines
from portal.children.service import holding
from portal.config import ConfigProblem, Site, read_site
from portal.consents import receipts
from portal.consents import service as consents
from portal.demo.stage import HERE
from portal.policies import service as policies
from tests.conftest import Portal
from tests.people import Member, member

OPT_OUT, SOLD, NOTICE, LEVELS = "study.rooms", "sharing.scores", "duty.register", "study.depth"
MORE = """
[purposes."study.rooms"]
choice = "opt-out"
children = "never"
legal_basis = "legitimate-interest"
title = { en = "Study of rooms", vi = "Nghiên cứu phòng" }
wording = { en = "We may study which rooms I like.", vi = "Được nghiên cứu phòng tôi thích." }
data = { en = "Rooms you looked at", vi = "Phòng bạn đã xem" }
recipients = { en = "The study group", vi = "Nhóm nghiên cứu" }
retention = { en = "6 months", vi = "6 tháng" }

[purposes."sharing.scores"]
choice = "opt-out"
by_signal = true
legal_basis = "legitimate-interest"
title = { en = "Scores", vi = "Điểm" }
wording = { en = "We may pass my score on.", vi = "Được chuyển điểm của tôi." }
data = { en = "Your score", vi = "Điểm của bạn" }
recipients = { en = "Score House", vi = "Score House" }
retention = { en = "1 month", vi = "1 tháng" }

[purposes."study.depth"]
states = ["none", "some", "all"]
legal_basis = "consent"
title = { en = "Depth", vi = "Độ sâu" }
wording = { en = "How far a study may go.", vi = "Mức độ nghiên cứu." }
data = { en = "Answers", vi = "Câu trả lời" }
recipients = { en = "The study group", vi = "Nhóm nghiên cứu" }
retention = { en = "6 months", vi = "6 tháng" }

[purposes."duty.register"]
choice = "notice"
legal_basis = "legal-obligation"
title = { en = "Guest register", vi = "Sổ khách" }
wording = { en = "We keep the register that the law asks for.", vi = "Chúng tôi giữ sổ theo luật." }
data = { en = "Name and day", vi = "Tên và ngày" }
recipients = { en = "The police", vi = "Công an" }
retention = { en = "5 years", vi = "5 năm" }
"""
ADDED = ("[purposes.", MORE + "\n[purposes.")


def site_with(folder: Path, *changes: tuple[str, str]) -> Site:
    """Return the demo's site with words of its file changed."""
    text = (HERE / "site.toml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file = folder / "site.toml"
    file.write_text(text.replace('policies = "policies"', f'policies = "{HERE / "policies"}"'), encoding="utf-8")
    return read_site(file, "http://localhost:8000")


@pytest.fixture
def mai(portal: Portal, tmp_path: Path) -> Iterator[Member]:
    """Mai, in a portal whose file has four purposes more."""
    config.use(replace(portal.config, site=site_with(tmp_path, ADDED)))
    deadlines.check(config.site())
    yield member(portal, "everyday")
    config.use(portal.config)


def may(mai: Member, purpose: str) -> tuple[bool, str]:
    """Return what a program is told."""
    [answer] = answering.answers([{"person": {"email": mai.email}, "purpose": purpose}])
    return answer["allowed"], answer["reason"]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_opt_out_is_on_until_somebody_objects(mai: Member, htmx: bool) -> None:
    page = mai.browser.get("uses.page")
    assert page.root.one("button", name=OPT_OUT)["aria-checked"] == "true"
    for said in ("We may study which rooms I like. On until you object to it.", "Why we may: A legitimate interest."):
        assert said in page.text
    assert "Data: Rooms you looked at. Who receives it: The study group. Kept: 6 months." in page.text
    assert may(mai, OPT_OUT) == (True, "not-objected")
    assert consents.why(mai.subject, OPT_OUT).reason == "not objected"
    page = page.form("Study of rooms").send(htmx=htmx)
    assert page.root.one("button", name=OPT_OUT)["aria-checked"] == "false"
    assert "because you objected" in page.text
    assert may(mai, OPT_OUT) == (False, "not-chosen")
    assert [one.id for one in config.site().purposes.values() if one.choice == "opt-out"] == [
        OPT_OUT, SOLD, "improvement.usage",
    ]  # fmt: skip
    mai.browser.get("uses.page").form("Study of rooms").send()
    assert may(mai, OPT_OUT) == (True, "chosen")


def test_whoever_is_unknown_has_not_objected(mai: Member) -> None:
    [answer] = answering.answers([{"person": {"email": "kim@example.com"}, "purpose": OPT_OUT}])
    assert answer == {"allowed": True, "reason": "not-objected"}


def test_it_speaks_each_language(mai: Member, portal: Portal) -> None:
    page = member(portal, "sharer", "vi").browser.get("uses.page")
    for said in ("Được nghiên cứu phòng tôi thích.", "Sổ khách", "Chúng tôi giữ sổ theo luật.", "Phòng bạn đã xem"):
        assert said in page.text


def test_what_is_a_notice_stands_there_without_a_switch_and_says_why(mai: Member) -> None:
    page = mai.browser.get("uses.page")
    assert not page.root.all("button", name=NOTICE)
    assert "Guest register We keep the register that the law asks for." in page.text
    [row] = [row for row in page.root.all("div", class_="row") if "Guest register" in row.text]
    assert row.text.endswith("The law")
    assert "Data: Name and day. Who receives it: The police. Kept: 5 years." in page.text
    assert may(mai, NOTICE) == (True, "needed")
    mai.browser.post("uses.page", data={NOTICE: "off"}, status=422)
    mai.browser.post("uses.page", data={"sharing.partners": "on"}, status=422)


def test_a_purpose_of_several_states_has_a_button_for_each(mai: Member) -> None:
    page = mai.browser.get("uses.page")
    buttons = page.root.all("button", name=LEVELS)
    assert [(one["value"], one["aria-pressed"]) for one in buttons] == [
        ("none", "true"), ("some", "false"), ("all", "false"),
    ]  # fmt: skip
    mai.browser.post("uses.page", data={LEVELS: "some"})
    assert consents.standing(mai.subject)[LEVELS].state == "some"
    mai.browser.post("uses.page", data={LEVELS: "loud"}, status=422)


def test_a_browsers_signal_is_an_objection_to_what_is_sold_or_shared(mai: Member) -> None:
    page = mai.browser.get("sharing.page")
    assert page.root.one("button", name=SOLD)["aria-checked"] == "true"
    assert "We may pass my score on. On until you object to it." in page.text
    assert may(mai, SOLD)[0]
    mai.browser.client.get("/sharing", headers={"Sec-GPC": "1"})
    assert may(mai, SOLD) == (False, "not-chosen")
    assert may(mai, OPT_OUT)[0], "a study is neither sold nor shared"
    assert mai.browser.get("sharing.page").root.one("button", name=SOLD)["aria-checked"] == "false"


def test_what_is_never_for_children_is_held_with_the_first_report(mai: Member) -> None:
    first = holding.stopped_at(holding.AT_PROOF)
    assert consents.HOLD + OPT_OUT in first
    assert consents.HOLD + LEVELS not in first
    assert set(first) < set(holding.stopped_at(holding.AT_TRIAGE))
    terms = {"case": "R-7F3K-Q2", "wording": "…", "language": "en", "actor": "worker", "channel": "portal"}
    consents.say_no(mai.subject, dict.fromkeys(first, "held"), **terms)
    assert may(mai, OPT_OUT) == (False, "held")


def test_the_receipt_of_an_objection_says_what_it_is_and_what_goes_on(mai: Member) -> None:
    policies.choose(mai.subject, OPT_OUT, "off", "en")
    [receipt] = receipts.receipts(mai.subject, lambda _: "A05")
    assert (receipt["event"]["state"], receipt["lawful_basis"]) == ("objected", "legitimate-interest")
    assert receipt["withdrawal_method"] == "http://localhost:8000/uses"
    assert receipt["retention_period"] == "6 months"
    [notice] = [told for told in receipt["also_used_for"] if told["id"] == NOTICE]
    assert notice == {
        "id": NOTICE, "lawful_basis": "legal-obligation", "title": "Guest register", "data": "Name and day",
        "recipients": "The police", "retention": "5 years",
    }  # fmt: skip
    assert "Objected to at" in mai.browser.get(f"/receipts/{receipt['record_id']}").text


EVENTS = '[marketing.topics.events]\nchannels = ["email", "sms", "push", "zalo"]'
OUT = 'choice = "opt-out"\nlegal_basis = "legitimate-interest"'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([('choice = "opt-out"', 'choice = "maybe"')], 'choice is .maybe.; write "opt-in", "opt-out" or "notice"'),
        ([('legal_basis = "legitimate-interest"', 'legal_basis = "consent"')], "is opt-out and its legal_basis is"),
        ([('legal_basis = "legal-obligation"', 'legal_basis = "consent"')], "consent has to be asked"),
        ([('children = "never"', 'children = "sometimes"')], 'write "never" or "allowed"'),
        ([('states = ["none", "some", "all"]', 'states = ["none"]')], "two different words"),
        (
            [('data = { en = "Name and day", vi = "Tên và ngày" }', "")],
            r"purposes..duty.register..data is missing; write a text for each language",
        ),
        ([("[uses.service]", '[uses."duty.register"]')], "is in .uses. too"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path, changes: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(ConfigProblem, match=said):
        site_with(tmp_path, ADDED, *changes)


def test_a_law_that_wants_a_yes_beforehand_refuses_opt_out(tmp_path: Path) -> None:
    laws = ('profile = "vn"', 'profile = "us-ca"'), ('profiles = ["vn", "eu", "gb", "us-ca"]', 'profiles = ["us-ca"]')
    for changes in ([(EVENTS, f"{EVENTS}\n{OUT}")], [ADDED, (OPT_OUT, "location.study")]):
        with pytest.raises(ConfigProblem, match='is opt-out, and the legal profile "vn" asks for consent beforehand'):
            deadlines.check(site_with(tmp_path, *changes))
        deadlines.check(site_with(tmp_path, *changes, *laws))
        with pytest.raises(ConfigProblem, match='legal profile "vn"'):
            deadlines.check(site_with(tmp_path, *changes, laws[0], (laws[1][0], "profiles = []")))


def test_the_demo_has_one_of_each_kind(portal: Portal) -> None:
    site = config.site()
    assert site.purposes["improvement.usage"].default == "on"
    assert site.uses["legal.disclosure"].wording["vi"]
    page = member(portal, "everyday").browser.get("uses.page")
    assert page.h1 == "Other uses"
    assert "Seeing which features help" in page.text
    assert "Answering courts and authorities" in page.text
