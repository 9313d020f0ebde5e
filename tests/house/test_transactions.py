"""Transactions are opened in one place."""

from __future__ import annotations

import re

from tests.house.conftest import HOUSE


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
