"""`portal staff` adds the first admin, and helps whoever cannot get in."""

from __future__ import annotations

import pytest

from portal.accounts.staff.models import StaffAccount
from portal.kernel import audit
from tests.browse import Browser
from tests.cli.conftest import Command
from tests.conftest import Portal
from tests.people import staff


@pytest.fixture(params=["embedded"])
def urls(request: pytest.FixtureRequest, urls: dict[str, str]) -> dict[str, str]:
    """One set-up is enough: what the commands call is tested on both."""
    return urls


def test_the_first_admin_gets_an_address_that_is_printed_and_mailed(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    done = command("staff", "add", "Lan@Staff.example", "--role", "admin", "--name", "Lan", environ=environ)
    assert done.returncode == 0, done.stderr
    url = done.stdout.strip()
    assert url.startswith("http://localhost:8000/staff/enrol/")
    portal.drain()
    assert url in portal.last_mail()
    assert "Lan, you sign in with" in Browser(portal.app).get(url).text
    event = audit.AuditEvent.get(audit.AuditEvent.name == "staff.added")
    assert (event.actor, event.keys["role"]) == ("operator", "admin")
    listed = command("staff", "list", environ=environ).stdout
    assert listed.split() == ["admin", "not", "set", "up", "lan@staff.example", "Lan"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "lan", "--role", "admin"), 2, "not an e-mail address"),
        (("add", "ann.admin@staff.example", "--role", "staff"), 2, "already"),
        (("add", "lan@staff.example", "--role", "staff", "--language", "xx"), 2, "--language"),
        (("add", "lan@staff.example", "--role", "owner"), 2, "invalid choice"),
        (("disable", "nobody@staff.example"), 1, "no member of the staff has this address"),
        (("disable", "ann.admin@staff.example"), 2, "the last admin"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    portal: Portal, environ: dict[str, str], command: Command, words: tuple[str, ...], code: int, says: str
) -> None:
    staff(portal, "admin")
    done = command("staff", *words, environ=environ)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert StaffAccount.select().count() == 1


def test_a_member_is_closed_and_another_gets_a_new_factor(
    portal: Portal, environ: dict[str, str], command: Command
) -> None:
    ann, paul = staff(portal, "admin"), staff(portal, "approver")
    assert command("staff", "disable", paul.email, environ=environ).returncode == 0
    assert paul.browser.client.get("/staff/me").status_code == 303
    assert command("staff", "reset", paul.email, environ=environ).returncode == 1
    done = command("staff", "reset", ann.email, environ=environ)
    assert "Ann Admin, you sign in with" in Browser(portal.app).get(done.stdout.strip()).text
    assert ann.browser.client.get("/staff/me").status_code == 303
