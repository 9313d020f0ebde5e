"""Transactions are opened in one place."""

from __future__ import annotations

import re
from datetime import timedelta

from portal import config
from portal.accounts import service as accounts
from portal.deletion import service as deletion
from portal.kernel import clock
from portal.kernel.db import ROWS
from portal.policies import service as policies
from tests.conftest import Portal
from tests.counting import transactions
from tests.house.conftest import HOUSE
from tests.people import member


def test_no_transaction_is_opened_outside_the_kernel() -> None:
    for path in (HOUSE / "portal").rglob("*.py"):
        if path.name == "db.py" and path.parent.name == "kernel":
            continue
        found = re.search(r"(database|db\.database)(\.obj)?\.(atomic|transaction|savepoint)\(", path.read_text())
        assert not found, f"{path.relative_to(HOUSE)}: use portal.kernel.db.atomic()"


def test_no_company_is_named_in_the_code() -> None:
    places = [
        *(HOUSE / "portal").rglob("*.py"),
        *(HOUSE / "templates").rglob("*.*"),
        *(HOUSE / "translations").rglob("*.po"),
    ]
    for path in places:
        if "demo" not in path.parts:
            assert "smartos" not in path.read_text().casefold(), f"{path.relative_to(HOUSE)}: the portal is anybody's"


def test_no_transaction_of_ours_lasts_longer_because_a_person_has_more(portal: Portal) -> None:
    """DESIGN §4.6, without a clock: so many statements, each with so many rows, however much there is."""
    most = {}
    for role, events in (("everyday", 3), ("sharer", 2_000)):
        somebody = member(portal, role)
        for number in range(events):
            state = "on" if number % 2 else "off"
            policies.choose(somebody.subject, "marketing.events.email", state, "en")
        portal.drain()
        deletion.schedule(somebody.subject, "en")
        with transactions() as seen, clock.later(timedelta(days=config.site().grace_days, minutes=1)):
            portal.drain()
            accounts.forget_past()
        most[role] = max(seen, key=lambda one: one.statements)
        assert max(one.rows for one in seen) <= ROWS
    assert most["sharer"].statements <= most["everyday"].statements + 5
