"""Where others process the data too a law may give more time, and the manifests say where (Decree 356/2025, Art. 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal import config
from portal.cases import legal
from portal.cases.models import Case
from portal.cases.service import by_reference, deciding, extending, handling, open_case, reopen
from portal.kernel import clock
from portal.sources import registry
from tests.browse import Browser
from tests.cases.conftest import Stranger
from tests.conftest import Portal
from tests.people import Member, member

STAFF = 1


@pytest.fixture
def mai(portal: Portal) -> Member:
    return member(portal, "everyday")


def says(monkeypatch: pytest.MonkeyPatch, system: str, **said: str) -> None:
    """Let the manifest of a system say something else."""
    source = registry.active().get(system)
    monkeypatch.setattr(source, "manifest", replace(source.manifest, **said))  # type: ignore[arg-type]


def asked(person: Member, kind: str = "correction") -> Case:
    return open_case(kind, person.subject, approved=False)


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def test_the_company_alone_has_the_shorter_time(mai: Member) -> None:
    case = asked(mai)
    assert (case.shared, case.complete_by) == (False, in_days(10))


def test_a_processor_of_a_system_where_somebody_is_found_gives_more_time(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "crm", processor="Example Hosting")
    case = asked(mai)
    assert (case.shared, case.complete_by) == (True, in_days(15))
    assert "another company processes the data too" in mai.browser.get(f"/requests/{case.reference}").text


def test_so_does_a_system_of_another_controller(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "crm", controller="hub-danang")
    assert asked(mai).shared
    site = replace(config.site(), controller="")
    monkeypatch.setattr(config, "site", lambda: site)
    assert not asked(mai).shared, "a site that does not say how it is named itself has nobody else's systems"


def test_a_system_that_does_not_know_somebody_gives_no_more_time(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "crm", processor="Example Hosting")
    assert not asked(member(portal, "nobody.at.all@example.com")).shared


def test_whoever_is_not_known_yet_is_promised_the_shorter_time_and_keeps_it(
    portal: Portal, mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "crm", processor="Example Hosting")
    stranger = Stranger(portal, Browser(portal.app), mai.email)
    case = stranger.ask("correction", words="My name is wrong.")
    code = stranger.code()
    stranger.browser.get(stranger.link(r"/requests/R-\S+") + "/prove/code").form("Continue").send(code=code)
    found = by_reference(case.reference)
    assert found.subject_id == mai.subject
    assert (found.shared, found.complete_by) == (False, in_days(10))


def test_an_extension_a_new_kind_and_a_reopening_count_by_the_same_time(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "crm", processor="Example Hosting")
    case, longest = asked(mai), in_days(25)
    with clock.later(timedelta(days=12)):
        assert extending.extend(case, "The other company is slow.", STAFF) == longest
    case = asked(mai)
    handling.change_kind(case, "deletion", STAFF)
    assert by_reference(case.reference).complete_by == in_days(30)
    case = asked(mai, "copy_by_other_means")
    deciding.propose(case, STAFF, deciding.REFUSE, "no_match", "Nothing.")
    reopen(by_reference(case.reference))
    assert by_reference(case.reference).complete_by == in_days(15)


def test_a_promise_of_the_shorter_time_is_not_extended_after_its_day(
    mai: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(mai)
    says(monkeypatch, "crm", processor="Example Hosting")
    with clock.later(timedelta(days=12)), pytest.raises(legal.TooLate):
        extending.extend(case, "Too late.", STAFF)
