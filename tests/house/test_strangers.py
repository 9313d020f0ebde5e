"""Whoever knows somebody else's reference, session, link or code gets no further, on every route there is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from werkzeug.routing import IntegerConverter, Rule

from portal.cases import service as cases
from portal.deletion import service as deletion
from portal.download import service as download
from portal.web.guards import roles_of
from tests.conftest import Portal
from tests.people import member, staff

REFUSED = {403, 404, 410}
MADE_UP = "0123456789abcdef" * 2


def test_somebody_elses_reference_is_not_found_on_any_route(portal: Portal) -> None:
    owner, stranger = member(portal, "everyday"), member(portal, "sharer")
    references = {
        download.ask(owner.subject, "en").case.reference,
        deletion.schedule(owner.subject, "en"),
        cases.open_case("inquiry", owner.subject, approved=False).reference,
        cases.open_without_account("restriction", "nam.outside@example.com", "en").reference,
    }
    tried = 0
    for rule in portal.app.url_map.iter_rules():
        if rule.endpoint == "asset" or not rule.arguments & {"reference", "secret", "token"}:
            continue
        for reference in references:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = stranger.browser.client.open(
                    _address(rule, reference), method=method, headers={"Sec-Fetch-Site": "same-origin"}
                )
                if roles_of(portal.app.view_functions[rule.endpoint]):  # a person is nobody there, whatever they know
                    assert answer.location.startswith("/staff/sign-in"), f"{method} {rule.rule} lets a person in"
                    continue
                assert answer.status_code in REFUSED, f"{method} {rule.rule}: {answer.status_code} to a stranger"
                assert reference not in answer.text.replace(_address(rule, reference), ""), f"{rule.rule} tells of it"
                tried += 1
    assert tried > 10
    assert deletion.unfinished(owner.subject) is not None, "the stranger changed something"


def _address(rule: Rule, reference: str, more: Mapping[str, str | int] | None = None) -> str:
    values: dict[str, str | int] = {
        name: 1 if isinstance(rule._converters[name], IntegerConverter) else MADE_UP for name in rule.arguments
    }
    values |= {"reference": reference} if "reference" in rule.arguments else {}
    values |= more or {}
    _, path = rule.build(values) or ("", "")
    return path


def test_a_number_beyond_those_of_all_rows_is_not_found_on_any_route(portal: Portal) -> None:
    person, admin = member(portal, "everyday"), staff(portal, "admin")
    tried = 0
    for rule in portal.app.url_map.iter_rules():
        numbers = [name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)]
        for number in (2**31, 10**30) if numbers else ():
            values: dict[str, str | int] = dict.fromkeys(numbers, number)
            browser = admin.browser if rule.rule.startswith("/staff") else person.browser
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = browser.client.open(
                    _address(rule, "R-2222-22", values), method=method, headers={"Sec-Fetch-Site": "same-origin"}
                )
                assert answer.status_code == 404, f"{method} {rule.rule}"
                tried += 1
    assert tried > 80
    for page in ("/inbox", "/activity", "/receipts"):
        assert person.browser.client.get(f"{page}?before={10**30}").status_code == 200


def test_made_up_links_all_get_the_same_answer(portal: Portal) -> None:
    client = portal.app.test_client()
    for rule in portal.app.url_map.iter_rules():
        if rule.arguments & {"secret", "token"} and "GET" in (rule.methods or ()):
            answers = set()
            for secret in (MADE_UP, "x", "z" * 43):
                made_up: dict[str, str | int] = dict.fromkeys(rule.arguments & {"secret", "token"}, secret)
                path = _address(rule, "R-2222-22", made_up)
                answer = client.get(path)
                said = answer.text.replace(path, "")  # a way to sign in names the page that was asked for
                answers.add((answer.status_code, re.sub(r'value="[0-9a-f]{32}"', "", said)))
            assert len(answers) == 1, f"{rule.rule} tells one bad link from another"
            is_open = hasattr(portal.app.view_functions[rule.endpoint], "is_open")
            assert answers.pop()[0] in (REFUSED if is_open else {303}), "who is signed out is sent to sign in"


def test_a_session_that_ended_or_was_made_up_opens_nothing(portal: Portal) -> None:
    owner = member(portal, "everyday")
    client = portal.app.test_client()
    for token in (MADE_UP, "", "x" * 4000):
        client.set_cookie("session", token)
        assert client.get("/overview").status_code == 303
    stolen = owner.browser.client.get_cookie("session")
    assert stolen
    owner.browser.client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    client.set_cookie("session", stolen.value)
    assert client.get("/overview").status_code == 303


def test_a_session_alone_does_not_start_what_needs_a_fresh_proof(portal: Portal) -> None:
    from datetime import timedelta

    from portal.kernel import clock

    owner = member(portal, "everyday")
    with clock.later(timedelta(minutes=16)):
        for path in ("/download", "/deletion/check"):
            answer = owner.browser.client.post(path, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 303
            assert answer.location.startswith("/confirm"), path
    assert deletion.unfinished(owner.subject) is None
