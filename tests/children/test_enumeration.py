"""Whoever reports learns nothing: a child's account, an adult's and none give the same pages, mails and times."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import combinations
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.cases.models import Case
from portal.cases.service import secret_url, timeline
from portal.children.models import ChildHold, Match
from portal.children.service import reporting
from portal.notices import service as notices
from portal.notices.models import Message
from tests.children.conftest import child_in
from tests.conftest import Portal
from tests.separable import Tries, assert_inseparable

TRIES = 134  # of each of three kinds: 402
HERE = {"Sec-Fetch-Site": "same-origin"}
SAID = {
    "go": "send", "relation": "mother", "country": "VN", "month": "3", "year": "2015", "wish_stop": "y",
    "wish_delete": "y", "reach": "email", "words": "Please.",
}  # fmt: skip
CHILD, ADULT, NONE = range(3)
ONE_OFF = {"To", "Date", "Message-ID", "Content-Type"}


def targets(portal: Portal) -> Iterator[tuple[int, str, str]]:
    """Yield, in an order drawn anew for each three, a kind, an address of ten letters and a reporter."""
    dice = random.Random(5)
    children = [child_in(portal, "".join(dice.choices("abcdefghij", k=10))) for _ in range(8)]
    adults = ["".join(dice.choices("klmnopqrst", k=10)) + "@example.com" for _ in range(8)]
    with closing(sqlite3.connect(portal.systems.database("booking"))) as db:
        grown = [row[0] for row in db.execute("SELECT id FROM users WHERE tax_id IS NOT NULL ORDER BY id LIMIT 8")]
        for number, address in zip(grown, adults, strict=True):
            db.execute("UPDATE users SET email = ? WHERE id = ?", (address, number))
        db.commit()
    for number in range(TRIES):
        nobody = "".join(dice.choices("uvwxyz", k=10)) + "@example.com"
        pick = (children[number % 8], adults[number % 8], nobody)
        for kind in dice.sample((CHILD, ADULT, NONE), 3):
            yield kind, pick[kind], f"p{kind}{number:03}@example.net"


def post(client: FlaskClient, network: str, path: str, **data: str) -> TestResponse:
    return client.post(path, data=data, headers=HERE, environ_base={"REMOTE_ADDR": network})


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_childs_account_an_adults_and_none_cannot_be_told_apart(portal: Portal) -> None:
    """400 tries: the report, its code, the page before and after the worker, a message, and every mail."""
    steps: dict[str, dict[int, Tries]] = {
        name: {kind: Tries() for kind in (CHILD, ADULT, NONE)} for name in ("report", "code", "fresh", "page", "say")
    }
    mails: dict[int, list[tuple[int, str]]] = {kind: [] for kind in (CHILD, ADULT, NONE)}
    made = list(_reported(portal, steps["report"]))
    codes = _codes()
    for kind, client, network, case in made:
        path = f"/children/report/{case.reference}/{reporting.ticket(case)}"
        _try(steps["code"][kind], partial(post, client, network, path, code=codes[case.reference]))
        _try(steps["fresh"][kind], partial(client.get, _page(case), headers=HERE))
    portal.drain()
    for kind, client, network, case in made:
        _try(steps["page"][kind], partial(client.get, _page(case), headers=HERE))
        _try(steps["say"][kind], partial(post, client, network, _page(case), do="say", text="Is there news?"))
    for to, sent in _mails(portal):
        if to.endswith("@example.net"):
            mails[int(to[1])].append(sent)
    assert ChildHold.select().count() == 16
    assert {len(row.signals) > 0 for row in Match.select()} == {True, False}
    for asked in steps.values():
        for one, other in combinations(asked.values(), 2):
            assert_inseparable(one, other)
    assert set(mails[CHILD]) == set(mails[ADULT]) == set(mails[NONE])
    assert [len(each) for each in mails.values()] == [2 * TRIES] * 3
    assert len(set(mails[NONE])) == 2
    lines = {
        kind: {tuple(event.name for event in timeline(case)) for of, _, _, case in made if of == kind} for kind in mails
    }
    assert lines[CHILD] == lines[ADULT] == lines[NONE]
    dates = {(case.complete_by, case.acknowledge_by, case.legal_maximum, case.state) for _, _, _, case in made}
    assert len(dates) == 1


def _reported(portal: Portal, asked: dict[int, Tries]) -> Iterator[tuple[int, FlaskClient, str, Case]]:
    for number, (kind, target, reporter) in enumerate(targets(portal)):
        client, network = portal.app.test_client(), f"10.{kind}.{number // 250}.{number % 250}"
        typed = {**SAID, "target_email": target, "email": reporter}
        answer = _try(asked[kind], partial(post, client, network, "/children/report", **typed))
        reference = re.findall(r"R-[A-Z0-9]{4}-[A-Z0-9]{2}", answer.headers["Location"])[0]
        yield kind, client, network, Case.get(Case.reference == reference)


def _page(case: Case) -> str:
    return urlsplit(secret_url(case)).path


def _try(tries: Tries, ask: Callable[[], TestResponse]) -> TestResponse:
    """Try once; what is drawn anew for each report is blanked out of words and headers."""
    answer = tries.add(ask, "\0")  # nothing typed is said back
    tries.said = {(said[0], _blank(str(said[1])), _blank(str(said[2]))) for said in tries.said}
    return answer


def _blank(text: str) -> str:
    """Blank out what is drawn anew for each report: references, secrets, moments."""
    text = re.sub(r"[Rr]-[A-Za-z0-9]{4}-[A-Za-z0-9]{2}|[0-9a-f]{32}|p\d{4}@example.net", "…", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00|\d\d:\d\d on", "…", text)


def _codes() -> dict[str, str]:
    found = {}
    for message in Message.select().where(Message.kind == "request_code"):
        text = str(notices.write(message).get_body(("plain",)).get_content())  # type: ignore[union-attr]
        found[re.findall(r"R-[A-Z0-9]{4}-[A-Z0-9]{2}", text)[0]] = re.findall(r"\b\d{6}\b", text)[0]
    return found


def _mails(portal: Portal) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield reporter, size and text of every mail, less what is drawn anew for each."""
    for mail in portal.mails():
        to, size = str(mail["To"]), len(mail.as_bytes())
        headers = [f"{name}: {value}" for name, value in mail.items() if name not in ONE_OFF]
        parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
        yield to, (size, re.sub(r"\b\d{6}\b", "…", _blank("\n".join([*headers, *parts]))))
