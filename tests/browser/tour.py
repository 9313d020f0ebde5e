"""Every page that a person can come to, in the state in which it says most."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.children.forms.reporting import STEPS
from portal.demo import crew
from tests.browser.reader import steady
from tests.browser.steps import App, Person, change, hand_over, lay_crew, let_days_pass, lists, somebody
from tests.live import Live, command, eventually

OPEN = {
    "start": "/",
    "sign-in": "/sign-in",
    "code-expired": "/sign-in/code",
    "sign-up": "/sign-up",
    "sign-up-code-expired": "/sign-up/code",
    "password-sign-in": "/sign-in/password",
    "delete-account": "/delete-account",
    "privacy-policy": "/privacy-policy",
    "privacy-policy-version": "/privacy-policy/versions/1",
    "privacy-policy-compare": "/privacy-policy/compare?from=1&to=2",
    "terms": "/terms",
    "cookies": "/cookies",
    "staff-sign-in": "/staff/sign-in",
    "staff-code-expired": "/staff/sign-in/code",
    "handoff-lost": "/handoff/lost",
    "handoff-unkept": "/handoff/arrived",
    "not-found": "/no-such-page",
    "unsubscribe-bad": "/unsubscribe/bad",
    "requests-new": "/requests/new",
    "requests-ask": "/requests/new/restriction",
    "requests-ask-for-somebody": "/requests/new/representative",
    "requests-sent": "/requests/sent",
    "requests-links": "/requests/links",
    "contact": "/contact",
    "contact-what-we-do": "/contact/what-we-do",
    "children-help": "/children/help",
    "children-lost": "/children/lost-link",
    **{f"children-report-{step}": f"/children/report?step={step}" for step in STEPS},
}
STAFF = {
    "staff-me": "/staff/me",
    "staff-absence": "/staff/me/absence",
    "staff-confirm": "/staff/confirm",
    "staff-members": "/staff/members",
    "staff-member": "/staff/members/2",
    "staff-member-add": "/staff/members/add",
    "staff-looks": "/staff/looks",
    "staff-requests": "/staff/requests",
    "staff-requests-filtered": "/staff/requests?state=denied",
    "staff-request-new": "/staff/requests/new",
    "staff-systems": "/staff/systems",
    "staff-system": "/staff/systems/booking",
    "staff-webhooks": "/staff/webhooks",
    "staff-webhook": "/staff/webhooks/1",
    "staff-drift": "/staff/drift",
    "staff-holds": "/staff/holds",
    "staff-checklists": "/staff/checklists",
    "staff-retention": "/staff/retention",
    "staff-policies": "/staff/policies",
    "staff-policy-new": "/staff/policies/new",
    "staff-policy": "/staff/policies/2",
    "staff-policy-preview": "/staff/policies/2/preview/en",
    "staff-texts": "/staff/texts",
    "staff-messages": "/staff/messages",
    "staff-message": "/staff/messages/security_changed?language=vi&look=dark&width=narrow",
    "staff-text": "/staff/texts/progress/vi",
    "staff-laws": "/staff/law",
    "staff-law": "/staff/law/gb",
    "staff-law-change": "/staff/law/gb/change",
    "staff-ages": "/staff/ages",
    "staff-age": "/staff/ages/DE",
    "staff-age-change": "/staff/ages/DE/change",
    "staff-figures": "/staff/figures",
    "staff-record": "/staff/processing-record",
    "staff-not-found": "/staff/no-such-page",
}
SIGNED_IN = {
    "overview": "/overview",
    "inbox": "/inbox",
    "details": "/details",
    "details-in-full": "/details/in-full",
    "details-correct": "/details/full_name",
    "details-review": "/details/bank_account/review",
    "details-move": "/details/email/new",
    "details-statement": "/details/statement",
    "location": "/location",
    "location-history": "/location/history",
    "location-points": "/location/points",
    "location-delete": "/location/delete",
    "marketing": "/marketing",
    "sharing": "/sharing",
    "uses": "/uses",
    "data": "/data",
    "data-system": "/data/crm",
    "data-rows": "/data/crm/messages",
    "data-rows-masked": "/data/booking/users",
    "data-rows-in-full": "/data/booking/users/in-full",
    "download": "/download",
    "deletion": "/deletion",
    "deletion-parts": "/deletion/parts",
    "deletion-part": "/deletion?system=booking&category=bookings",
    "deletion-part-check": "/deletion/check?system=crm&category=conversations",
    "deletion-check": "/deletion/check",
    "confirm": "/confirm",
    "security": "/security",
    "security-add": "/security/add/phone",
    "security-claims": "/security/claims",
    "activity": "/activity",
    "requests": "/requests",
    "requests-new-signed-in": "/requests/new",
    "continue": "/continue",
    "continue-sent": "/continue/sent",
    "confirm-password": "/confirm/password",
    "password": "/security/password",
    "password-saved": "/security/password/saved",
    "children-not-held": "/children/hold",
}

Half = Literal["persons", "desks"]
HALVES: tuple[Half, Half] = ("persons", "desks")  # each has what its own pages need, so both can be walked at once


@dataclass
class Stop:
    """A page of the tour: what it is called, where it is, and whose cookies show it.

    With `code` it is what a webview is shown that posts such a code of an app there; each opens it once.
    """

    name: str
    address: str
    cookies: list[dict[str, object]] | None = None
    code: Callable[[], str] | None = None


@dataclass
class Tour:
    """All stops over one running portal, and files that were handed out on the way."""

    portal: Live
    stops: list[Stop]
    files: list[Path]


def prepare(chromium: Browser, portal: Live, folder: Path, halves: Collection[Half] = HALVES) -> Tour:
    """Bring people to where each page has something to say: those of the first half of the tour, the second, or all."""
    stops: list[Stop] = []
    if "persons" in halves:
        stops += [Stop(name, portal.url + path) for name, path in OPEN.items()]
        stops += _signing_up(chromium, portal)
        stops += _settled(chromium, portal, folder)
        stops += _sharing(chromium, portal)
        stops += _handed_over(chromium, portal)
    if "desks" in halves:
        stops += _leaving(chromium, portal)
        stops += _correcting(chromium, portal)
        stops += _gone(chromium, portal)
        stops += _staff(chromium, portal)
        stops += _without_account(chromium, portal)
        stops += _reported(chromium, portal)
    return Tour(portal, stops, [*_unpacked(folder), *_mails(portal, folder)])


def _signing_up(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody who waits for a code, and somebody who is too young."""
    for name, year in (("sign-up-code", 1990), ("sign-up-closed", date.today().year - 5)):
        with somebody(chromium, portal) as person:
            person.tell_birth(year, "lan.new@example.com")
            person.page.click("button[value=yes]")
            yield Stop(name, portal.url + ("/sign-up/code" if name == "sign-up-code" else "/sign-up"), _cookies(person))


def _settled(chromium: Browser, portal: Live, folder: Path) -> Iterator[Stop]:
    """Somebody with choices made and a copy ready."""
    with somebody(chromium, portal) as person:
        person.sign_in("mai.nguyen@example.com")
        person.open("/location")
        person.page.check("input[name=level][value=approximate]")
        person.page.click("#save")
        person.wait_for("#systems .state.on >> nth=1")
        person.open("/marketing")
        for name in ("Events by e-mail", "Surveys by phone call", "Advertising by SMS"):
            person.page.get_by_role("switch", name=name).click()
            expect(person.page.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
        person.page.click("#zalo")
        person.wait_for("#marketing-events-zalo-hint:has-text('Since')")
        person.open("/download")
        person.page.click("#prepare")
        person.page.wait_for_url(re.compile(r"/download/R-"))
        ready = person.page.url
        person.wait_for("#fetch")
        with person.page.expect_download() as download:
            person.page.click("#fetch")
        download.value.save_as(folder / "archive.zip")
        person.open("/security/password")
        person.page.fill("#password", "kettle Orchard 7 vanishing tram")
        person.page.click("main button.button:not([type])")
        person.page.wait_for_url("**/saved")
        cookies = _cookies(person)
        for name, path in SIGNED_IN.items():
            yield Stop(name, portal.url + path, cookies)
        person.open("/inbox")
        letter = person.page.locator("a.row[href^='/inbox/']").first.get_attribute("href") or ""
        yield Stop("inbox-message", portal.url + letter, cookies)
        for name, channel in (("unsubscribe", "email"), ("unsubscribed", "zalo")):
            yield Stop(name, lists(portal, "mai.nguyen@example.com", channel)["url"])
        yield Stop("preferences", lists(portal, "mai.nguyen@example.com")["preferences"])
        yield Stop("receipts", portal.url + "/receipts?about=location", cookies)  # all come in no certain order
        person.open("/receipts?about=location")
        receipt = person.page.locator("a[href^='/receipts/']").first.get_attribute("href") or ""
        yield Stop("receipt", portal.url + receipt, cookies)
        yield Stop("download-ready", ready, cookies)
        yield Stop("download-again", f"{portal.url}/download?again={ready.rsplit('/', 1)[1]}", cookies)
    with somebody(chromium, portal) as person:
        person.sign_in("bao.tran@example.com")
        person.open("/download")
        person.page.uncheck("#all-crm")
        person.page.check("input[name=when][value=some]")
        person.page.fill("#since", "2026-01-01")
        person.page.click("#prepare")
        person.page.wait_for_url(re.compile(r"/download/R-"))
        stopped = person.page.url
        person.wait_for("#fetch")
        mine = "case_id = (SELECT id FROM cases WHERE reference = ?)"
        change(portal, f"UPDATE downloads SET state = 'cancelled' WHERE {mine}", stopped.rsplit("/", 1)[1])
        yield Stop("download-cancelled", stopped, _cookies(person))


def _sharing(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody whose address another one has too, who adds one of their own and gets a link to undo that."""
    with somebody(chromium, portal) as person:
        person.sign_in("nha.hoang@example.com")
        person.wait_for("#claims")
        cookies = _cookies(person)
        person.open("/security/add/email")
        person.page.fill("#address", "nam.hoang@example.com")
        before = len(portal.mails())
        person.page.click("main button.button")
        yield Stop("security-code", person.page.url, cookies)
        person.page.fill("#code", portal.code(before))
        person.page.click("main button.button")
        person.page.wait_for_url("**/security")
        removal = person.page.locator("a[href$='/remove']").last.get_attribute("href") or ""
        yield Stop("security-shared", portal.url + "/security", cookies)
        yield Stop("security-remove", portal.url + removal, cookies)
        yield Stop("security-claims-shared", portal.url + "/security/claims", cookies)
        yield Stop("security-not-me", _mailed(portal, r"\S+/security/not-me/\S+", before))


def _handed_over(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody from an app: over another's session, for the first time, and out into a browser."""
    app = App(portal, "duc.pham@example.com")
    with somebody(chromium, portal) as person:
        person.sign_in("nha.hoang@example.com")
        cookies = _cookies(person)
        before = len(portal.mails())
        person.open("/continue")
        person.page.click("main button.button")
        person.page.wait_for_url("**/continue/sent")
        yield Stop("go-on-here", _mailed(portal, r"\S+/continue/\S+", before))
    yield Stop("handoff-ask", portal.url + "/handoff", cookies, app.code)
    yield Stop("handoff-first", portal.url + "/handoff", None, lambda: app.code(email="duc.pham@example.com"))


def _leaving(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody who is warned, somebody who is stopped, and somebody whose account goes in two weeks."""
    for name, email in (("deletion-warned", "duc.pham@example.com"), ("deletion-stopped", "sofia.nunez@example.com")):
        with somebody(chromium, portal) as person:
            person.sign_in(email)
            yield Stop(name, portal.url + "/deletion", _cookies(person))
            if name == "deletion-warned":
                yield Stop("details-differences", portal.url + "/details/differences", _cookies(person))
    with somebody(chromium, portal) as person:
        person.sign_in("mo.le@example.com")
        person.open("/deletion/check?system=booking&category=devices")
        person.page.click("#delete")
        yield Stop("deletion-part-scheduled", person.page.url, _cookies(person))
        before = len(portal.mails())
        person.open("/deletion/check")
        person.page.click("#delete")
        yield Stop("deletion-scheduled", person.page.url, _cookies(person))
        reference = person.page.url.rsplit("/", 1)[1]
        yield Stop("deletion-cancel", _mailed(portal, rf"\S+/deletion/cancel/{reference}\S+", before))


def _correcting(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody whose address is being written anew, who waits for staff, and whose account is restricted meanwhile."""
    with somebody(chromium, portal) as person:
        person.sign_in("mo.le@example.com")
        cookies = _cookies(person)
        person.open("/details/address")
        person.page.fill("#value", "12 Bạch Đằng, Đà Nẵng")
        person.page.click("#correct")
        person.wait_for("#correction .state.on")
        yield Stop("details-corrected", person.page.url, cookies)
        person.open("/details/email/new")
        person.page.fill("#value", "mo.moved@example.com")
        person.page.click("#send")
        yield Stop("details-move-code", person.page.url, cookies)
        person.open("/details/tax_id/review")
        person.page.fill("#value", "0312345678")
        person.page.fill("#why", "Two digits are the wrong way round.")
        person.page.check("#restrict")
        person.page.click("#ask")
        yield Stop("details-asked", person.page.url, cookies)
        person.open("/details/restriction")
        person.wait_for("#restriction .state.on")
        yield Stop("details-restriction", portal.url + "/details/restriction", cookies)


def _gone(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody whose account is gone; the certificate is all there is."""
    with somebody(chromium, portal) as person:
        person.sign_in("ha.nguyen@example.com")
        person.open("/deletion/check")
        person.page.click("#delete")
        let_days_pass(portal, person.page.url.rsplit("/", 1)[1])
        yield Stop("certificate", _mailed(portal, r"\S+/certificates/\S+"))
        yield Stop("company", _mailed(portal, r"\S+/companies/\S+"))


def _staff(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """An admin, from the door on, and the address where a second factor is set."""
    lay_crew(portal)
    listens = command("webhooks", "add", "Booking App", "https://booking.example.com/portal", "--system", "booking")
    subprocess.run(listens, env=portal.environ, check=True, stdout=subprocess.DEVNULL)
    with somebody(chromium, portal) as person:
        before = len(portal.mails())
        person.open("/staff/sign-in")
        person.page.fill("#email", crew.CREW[0].email)
        person.page.click("main button.button")
        yield Stop("staff-code", person.page.url, _cookies(person))
        person.enter_staff(crew.CREW[0], before)
        cookies = _cookies(person)
        for name, path in STAFF.items():
            yield Stop(name, portal.url + path, cookies)
        case = _taken_in(person)
        for name in ("", "-as-seen", "-address", "-decide", "-extend", "-person"):
            yield Stop(f"staff-case{name}", case + name.replace("-", "/", 1), cookies)
        yield from _matched(person)
        person.open("/staff/me")
        person.page.click("form[action='/staff/me/factor'] button")
        person.page.wait_for_url("**/staff/enrol/*")
        yield Stop("staff-enrol", person.page.url)
    with somebody(chromium, portal) as person:
        person.open("/staff/sign-in")
        before = len(portal.mails())
        person.page.fill("#email", crew.CREW[1].email)
        person.page.click("main button.button")
        person.page.fill("#code", portal.code(before))
        person.page.click("main button.button")
        person.page.wait_for_url("**/factor")
        cookies = _cookies(person)
        for name in ("factor", "recovery"):
            yield Stop(f"staff-{name}", f"{portal.url}/staff/sign-in/{name}", cookies)


def _without_account(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """Somebody who asks without an account, and somebody who is asked for by somebody else."""
    with somebody(chromium, portal) as person:
        for kind, other in (("restriction", ""), ("representative", "mai.nguyen@example.com")):
            before = len(portal.mails())
            person.open(f"/requests/new/{kind}")
            person.page.fill("#email", "nam.outside@example.com")
            person.page.fill("#words", "Until it is corrected.")
            if other:
                person.page.fill("#other", other)
            person.page.click("#send")
            person.page.wait_for_url("**/requests/sent")
            link = _mailed(portal, r"\S+/requests/R-\S+", before)
            yield Stop(f"request-{kind}", link)
            if other:
                yield Stop("agents", _mailed(portal, r"\S+/agents/\S+", before))
            else:
                for way in ("code", "facts", "in-person", "lost-mailbox"):
                    yield Stop(f"request-prove-{way}", f"{link}/prove/{way}")


def _reported(chromium: Browser, portal: Live) -> Iterator[Stop]:
    """A parent who reports an account, before and after the code, and its holder, told and signed in."""
    with somebody(chromium, portal) as person:
        before = len(portal.mails())
        code = person.report_child("giahan.dang@example.com", "lan.parent@example.net")
        yield Stop("children-code", code)
        person.page.fill("#code", portal.code(before))
        person.page.click("#enter")
        yield Stop("children-case", person.page.url)
        for name in ("parent", "parent/form"):
            yield Stop(f"children-{name.replace('/', '-')}", f"{person.page.url}/{name}")
        case = person.page.url.split("/")[-2]
        yield Stop("children-hold", _mailed(portal, r"\S+/children/holds/\S+", before))
    with somebody(chromium, portal) as person:
        person.sign_in("giahan.dang@example.com")
        yield Stop("children-own-hold", portal.url + "/children/hold", _cookies(person))
    yield from _ruled(chromium, portal, f"/staff/requests/{case}/child")


def _ruled(chromium: Browser, portal: Live, desk: str) -> Iterator[Stop]:
    """The desk of a report, before and after two decide, and what its holder then reads."""
    lay_crew(portal)
    for member, button in ((crew.CREW[2], "Propose"), (crew.CREW[1], "Agree")):
        with somebody(chromium, portal) as person:
            before = len(portal.mails())
            person.open("/staff/sign-in")
            person.page.fill("#email", member.email)
            person.page.click("main button.button")
            person.enter_staff(member, before)
            person.open(desk)
            first = person.page.locator("main .notice a[href$='/child']")  # the sweep may have found them before
            desk = first.get_attribute("href") or desk if first.count() else desk
            yield Stop(f"staff-child-{member.role}", portal.url + desk, _cookies(person))
            if button == "Propose":
                yield Stop("staff-child-decide", f"{portal.url}{desk}/decide", _cookies(person))
            person.open(desk + ("/decide" if button == "Propose" else ""))
            if button == "Propose":
                person.page.check("input[name=outcome][value=delete]")
                person.page.check("input[name=subject]")
                person.page.fill("#words", "Their birth date says so.")
            person.page.click(f"button:has-text('{button}')")
    yield Stop("children-decision", _mailed(portal, r"\S+/children/decisions/\S+"))


def _taken_in(person: Person, words: str = "They want to know who saw their address.") -> str:
    """Take a request in that came by post, and return the address of its case; the same words again are the same."""
    person.open("/staff/requests/new")
    person.page.select_option("#kind", "copy_by_other_means")
    person.page.check("input[name=channel][value=post]")
    person.page.fill("#received", (date.today() - timedelta(days=1)).isoformat())
    person.page.fill("#words", words)
    person.page.click("main form .actions button.button")
    person.page.wait_for_url(re.compile(r"/staff/requests/R-"))
    return person.page.url


def _matched(person: Person) -> Iterator[Stop]:
    """A case matched with somebody, whose records are looked at; one that wants something corrected; the log."""
    cookies, case = _cookies(person), _taken_in(person, "They want a copy on paper.")
    person.open(f"{case.removeprefix(person.portal.url)}/person")
    person.page.fill("#address", "giahan.dang@example.com")  # whose own pages are not on the tour
    person.page.click("main form .actions button.button")
    person.page.click('button:text-is("This is the person")')
    person.page.wait_for_url(f"{case}#person")
    pages = {"-matched": "", "-data": "/data", "-records": "/data/booking/bookings", "-rehearsal": "/rehearsal"}
    pages |= {"-copy": "/copy", "-copy-records": "/copy/booking/bookings", "-holds": "/holds"}
    for name, path in pages.items():
        yield Stop(f"staff-case{name}", case + path, cookies)
    person.open("/staff/requests?kind=correction")
    person.page.click("main a.fixed >> nth=0")
    yield Stop("staff-case-correction", person.page.url.partition("#")[0] + "/correction", cookies)
    yield Stop("staff-log", f"{person.portal.url}/staff/log?name=cases.matched", cookies)


def _mailed(portal: Live, address: str, before: int = 0) -> str:
    """Wait for a mail with such an address."""
    found = eventually(lambda: re.findall(address, "\n".join(portal.texts()[before:])), "a mail with an address")
    return str(found[-1])


def _cookies(person: Person) -> list[dict[str, object]]:
    return [dict(cookie) for cookie in person.page.context.cookies()]


def _unpacked(folder: Path) -> list[Path]:
    if not (folder / "archive.zip").exists():
        return []
    with zipfile.ZipFile(folder / "archive.zip") as archive:
        archive.extractall(folder / "archive")
    return sorted((folder / "archive").rglob("*.html"))


def _mails(portal: Live, folder: Path) -> Iterator[Path]:
    """Write down what was mailed; of mails that differ in a code or a date alone, one."""
    (folder / "mails").mkdir()
    seen: set[str] = set()
    for number, mail in enumerate(portal.mails()):
        html = mail.get_body(("html",))
        if html is not None and steady(html.get_content()) not in seen:
            seen.add(steady(html.get_content()))
            path = folder / "mails" / f"{number}.html"
            path.write_text(html.get_content(), encoding="utf-8")
            yield path


def visit(context: BrowserContext, page: Page, stop: Stop, language: str = "en") -> None:
    """Open a stop as the person whose it is, in a language."""
    context.clear_cookies()
    if stop.cookies:
        context.add_cookies(stop.cookies)  # type: ignore[arg-type]
    context.add_cookies([{"name": "language", "value": language, "url": stop.address}])
    if stop.code:
        hand_over(page, stop.address, stop.code())
    else:
        page.goto(stop.address)
    page.wait_for_selector('[hx-trigger="load"]', state="detached")  # a region that comes by itself has come
