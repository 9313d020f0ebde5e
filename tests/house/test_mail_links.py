"""Programs that open every link of a mail before its reader does change nothing by it."""

from __future__ import annotations

import html
import re

import pytest

from portal.accounts.staff import members
from portal.cases import service as cases
from portal.deletion import service as deletion
from portal.download import service as download
from portal.kernel import db
from portal.marketing import lists
from portal.marketing import service as marketing
from tests.browse import Browser
from tests.conftest import Portal
from tests.people import member


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_a_program_that_opens_every_link_changes_nothing(portal: Portal) -> None:
    known = lay_mails(portal)
    links = sorted({*known, *(link for mail in portal.mails() for link in links_of(mail.as_string()))})
    places = {re.sub(r"/[A-Za-z0-9_-]{16,}.*", "", link) for link in links}
    assert {place.split("/")[3] for place in places} >= {"deletion", "download", "requests", "staff", "unsubscribe"}
    before, scanner = everything(), Browser(portal.app)
    for link in links:
        for method in ("HEAD", "GET"):
            answer = scanner.client.open(link, method=method, follow_redirects=True)
            assert answer.status_code < 500, link
    after = everything()
    assert {name for name in before if before[name] != after[name]} == set()


def lay_mails(portal: Portal) -> list[str]:
    """Have mails sent whose links could do something; return such links of mails that others send."""
    mai, sharer = member(portal, "everyday"), member(portal, "sharer")
    download.ask(mai.subject, "en")
    deletion.schedule(sharer.subject, "en")
    mai.browser.post("marketing.page", data={"marketing.events.email": "on"})
    members.add("operator", "new@example.com", "Nga", "staff")
    cases.open_without_account("restriction", "nam.outside@example.com", "en")
    portal.drain()
    return [lists.address(mai.subject, marketing.one("marketing.events.email"))]


def links_of(mail: str) -> set[str]:
    text = html.unescape(mail.replace("=\n", "").replace("=3D", "="))
    return {link.rstrip(".>)") for link in re.findall(r"http://localhost[^\s\"<]*", text)}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table of the portal."""
    return {
        name: sorted(db.database.execute_sql(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for name in db.database.get_tables()
    }
