"""The CRM: companies, contacts, what was said, what was signed and billed. Its schema is crm.sql."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from portal.demo import names, phrases
from portal.demo.habits import rows
from portal.demo.moments import local
from portal.demo.people import Person
from portal.demo.pictures import png
from portal.demo.sheet import Sheet

DAY = timedelta(days=1)
MESSAGES = (
    "marketing_programmes",
    "marketing_campaigns",
    "marketing_surveys",
    "marketing_advertising",
    "calls_programmes",
    "calls_surveys",
    "zalo_campaigns",
    "zalo_promotions",
)
FIRST = 5000  # contacts are numbered apart from the users of the Booking App


def fill(everybody: list[Person], today: date, *, small: bool = False) -> Sheet:
    """Return the rows of the CRM; a person's row in `contacts` is FIRST plus their number."""
    sheet = Sheet()
    now = datetime.combine(today, time(2), UTC)
    for index, name in enumerate(names.COMPANIES):
        street, district = names.STREETS[index % len(names.STREETS)], names.DISTRICTS[index % len(names.DISTRICTS)]
        sheet.add(
            "companies",
            name=name,
            tax_code=f"04{index:08d}",
            address=f"{index + 11} {street}, {district}",
            created_at=local(now - 2500 * DAY),
        )
    for person in everybody:
        if "crm" in person.systems:
            _contact(sheet, person)
            _dealings(sheet, person, now, small)
    return sheet


def _contact(sheet: Sheet, person: Person) -> None:
    dice, asked = person.dice("contacts"), person.dice("messages of crm")
    torn = person.role == "owing"  # whom the systems do not agree about
    sheet.add(
        "contacts",
        id=FIRST + person.number,
        company_id=person.company + 1,
        full_name=person.name,
        salutation=dice.choice(("Anh", "Chị", None)) if person.language == "vi" else None,
        email=person.email,
        phone=person.phone,
        job_title=dice.choice(("Trưởng phòng", "Kế toán", "Office manager", None)),
        business_unit=f"Phòng {person.unit}" if torn else person.unit,
        contact_address=person.address,
        tax_id=None if person.role == "child" else person.tax_id,
        bank_account="Techcombank 190312345678" if torn else person.bank_account,
        remarks=dice.choice(phrases.REMARKS),
        marketing_events=dice.choice(("yes", "no")),
        **{column: asked.choice(("yes", "no")) for column in MESSAGES},
        account_manager=dice.choice(phrases.AGENTS),
        created_at=local(person.joined),
        updated_at=local(person.joined + 100 * DAY),
    )


def _dealings(sheet: Sheet, person: Person, now: datetime, small: bool) -> None:
    dice = person.dice("crm")
    for _ in range(rows(person, "conversations", small=small)):
        _conversation(sheet, person, dice, now - timedelta(minutes=dice.randrange(3_000, 400_000)))
    contract = None
    for _ in range(rows(person, "contracts", small=small)):
        contract = _contract(sheet, person, dice)
    for index in range(rows(person, "invoices", small=small)):
        _invoice(sheet, person, dice, now - (25 + 15 * index) * DAY, contract)
    if person.role == "owing":
        _invoice(sheet, person, dice, now - 12 * DAY, contract, unpaid=1)
    for _ in range(rows(person, "campaign_sends", small=small)):
        _send(sheet, person, dice, now - dice.randrange(2, 500) * DAY)


def _conversation(sheet: Sheet, person: Person, dice: random.Random, opened: datetime) -> None:
    subject, lines = dice.choice(phrases.TALKS)
    agent = dice.choice(phrases.AGENTS)
    number = sheet.add(
        "conversations",
        contact_id=FIRST + person.number,
        channel=dice.choice(("email", "phone", "chat", "form")),
        subject=subject,
        state="closed",
        satisfaction=dice.choice((None, 4, 5)),
        assigned_to=agent,
        opened_at=local(opened),
    )
    for index, line in enumerate(lines):
        sheet.add(
            "messages",
            conversation_id=number,
            direction="out" if index % 2 else "in",
            author=agent if index % 2 else person.name,
            body=line.format(name=person.name, phone=person.phone, agent=agent),
            attachment=None,
            headers=f"From: {person.email}" if not index % 2 else None,
            sent_at=local(opened + timedelta(minutes=40 * index)),
        )


def _contract(sheet: Sheet, person: Person, dice: random.Random) -> int:
    number = len(sheet.tables.get("contracts", ())) + 1
    return sheet.add(
        "contracts",
        contact_id=FIRST + person.number,
        company_id=person.company + 1,
        number=f"C-{number:05d}",
        signed_by=person.name,
        signature=png(dice.randrange(1 << 24)),
        wording=f"Hợp đồng thuê chỗ ngồi, bên thuê do {person.name} đại diện.",
        monthly_fee=f"{dice.randrange(18, 120) * 100_000}.00",
        starts_on=person.joined.date().isoformat(),
        ends_on=(person.joined + 730 * DAY).date().isoformat(),
    )


def _invoice(
    sheet: Sheet, person: Person, dice: random.Random, issued: datetime, contract: int | None, unpaid: int = 0
) -> None:
    lines = dice.sample(phrases.LINES, dice.randrange(1, 4))
    number = len(sheet.tables.get("invoices", ())) + 1
    sheet.add(
        "invoices",
        contact_id=FIRST + person.number,
        company_id=person.company + 1,
        contract_id=contract,
        number=f"INV-{number:06d}",
        billing_name=person.name,
        billing_address=person.address,
        billing_email=person.email,
        billing_tax_id=person.tax_id,
        note=None,
        amount=sum(price for _, price in lines),
        currency="VND",
        unpaid=unpaid,
        issued_at=local(issued),
        due_at=local(issued + 30 * DAY),
    )
    for position, (text, price) in enumerate(lines, start=1):
        sheet.add(
            "invoice_lines",
            invoice_id=number,
            position=position,
            description=text.format(name=person.name),
            quantity="1.00",
            unit_price=f"{price}.00",
            issued_at=local(issued),
        )


def _send(sheet: Sheet, person: Person, dice: random.Random, sent: datetime) -> None:
    campaign, subject = dice.choice(phrases.CAMPAIGNS)
    opened = dice.random() < 0.4
    sheet.add(
        "campaign_sends",
        contact_id=FIRST + person.number,
        campaign=campaign,
        to_address=person.email,
        subject=subject.format(name=person.name),
        clicked_link=f"https://events.example.com/{campaign}" if opened else None,
        opened_at=local(sent + timedelta(hours=3)) if opened else None,
        sent_at=local(sent),
    )
