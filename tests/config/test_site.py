"""What `site.toml` may hold, and how an operator is told of what it may not."""

from pathlib import Path

import pytest

from portal.config import ConfigProblem, Site, read_site

SMALL = """
languages = ["en", "vi"]
timezone = "Europe/Berlin"
[brand]
name = "Kaffeerad"
product = "Privacy"
company = "Kaffeerad GmbH"
address = "Radweg 1, Hamburg"
support_email = "privacy@kaffeerad.example.com"
[apps]
developer = "Kaffeerad GmbH"
names = ["Kaffeerad"]
[rules]
grace_days = 14
archive_days = 7
profile = "eu"
[purposes."sharing.roasters"]
legal_basis = "consent"
title = { en = "Roasters", vi = "Nhà rang" }
wording = { en = "Kaffeerad may tell its roasters.", vi = "Kaffeerad được báo cho nhà rang." }
data = { en = "Your name", vi = "Tên" }
recipients = { en = "Roasters", vi = "Nhà rang" }
retention = { en = "A year", vi = "Một năm" }
[marketing.channels.email]
title = { en = "E-mail", vi = "E-mail" }
by = { en = "by e-mail", vi = "qua e-mail" }
days_under_way = 2
data = { en = "Your address", vi = "Địa chỉ" }
recipients = { en = "Kaffeerad", vi = "Kaffeerad" }
retention = { en = "A year", vi = "Một năm" }
[marketing.topics.news]
channels = ["email"]
title = { en = "News", vi = "Tin" }
about = { en = "New beans", vi = "Hạt mới" }
wording = { en = "Kaffeerad may write {by}.", vi = "Kaffeerad được viết {by}." }
[recipients.hosting]
title = "Hosting AG"
data = { en = "All", vi = "Tất cả" }
why = { en = "It runs our machines", vi = "Vận hành máy" }
country = "DE"
safeguard = { en = "Contract", vi = "Hợp đồng" }
purposes = ["sharing.roasters"]
"""


SHARING = "sharing.roasters"


def read(folder: Path, before: str = "", after: str = "") -> Site:
    assert before in SMALL
    (folder / "site.toml").write_text(SMALL.replace(before, after, 1) if before else SMALL, encoding="utf-8")
    return read_site(folder / "site.toml", "https://privacy.example.com")


def test_what_may_be_left_out_has_a_default(tmp_path: Path) -> None:
    site = read(tmp_path)
    assert (site.age_floor, site.copies_a_day, site.part_grace_days, site.location_keep) == (13, 5, 14, "keep")
    assert set(site.purposes) == {"sharing.roasters", "marketing.news.email"}
    assert site.purposes["sharing.roasters"].states == ("off", "on")
    assert site.security_contact == "mailto:privacy@kaffeerad.example.com"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('languages = ["en", "vi"]', 'languages = "en"', "languages is 'en'; write codes of languages, as"),
        ('languages = ["en", "vi"]', "", "languages is missing; write codes of languages"),
        ("Europe/Berlin", "Europe/Berlim", "timezone is 'Europe/Berlim'; write the name of a time zone"),
        ("Europe/Berlin", "Europe", "timezone is 'Europe'; write the name of a time zone"),
        ("Europe/Berlin", "../etc", "timezone is '../etc'; write the name of a time zone"),
        ("[brand]", "[brant]", "brand is missing; write a section [brand]"),
        ('address = "Radweg 1, Hamburg"\n', "", "brand.address is missing; write a text in quotes"),
        ('"privacy@kaffeerad.example.com"', '"privacy"', "brand.support_email is 'privacy'; write an e-mail address"),
        ("grace_days = 14", 'grace_days = "14"', "rules.grace_days is '14'; write a whole number from 0 to 90"),
        ("grace_days = 14", "grace_days = -3", "rules.grace_days is -3; write a whole number from 0 to 90"),
        ("grace_days = 14", "grace_days = true", "rules.grace_days is True"),
        ("archive_days = 7", "archive_days = 7\narchiv_days = 9", "rules.archiv_days is no key that is known; did you"),
        ("archive_days = 7", "archive_days = 7\nzzz = 9", "rules.zzz is no key that is known; there are: age_floor"),
        ('"consent"', '"konsent"', 'purposes."sharing.roasters".legal_basis is \'konsent\'; write "consent", '),
        ('title = { en = "Roasters", vi = "Nhà rang" }', 'title = "Roasters"', "title is 'Roasters'; write a text for"),
        (', vi = "Nhà rang" }', " }", 'purposes."sharing.roasters".title has no words in vi'),
        ('channels = ["email"]', 'channels = ["fax"]', "marketing.topics.news.channels names 'fax'"),
        ("write {by}.", "write {at}.", "marketing.topics.news.wording has {at} in it; write"),
        ("write {by}.", "write {by.", "marketing.topics.news.wording has a brace without its partner"),
        (
            'purposes = ["sharing.roasters"]',
            'purposes = ["sharing.x"]',
            "hosting.purposes names 'sharing.x'",
        ),
        ('country = "DE"', 'country = "Germany"', "recipients.hosting.country is 'Germany'; write a country by its"),
        ("[apps]", "apps = 1\n[app]", "apps is missing; write a section [apps]"),
        ('name = "Kaffeerad"', "name = ", "Invalid value"),
    ],
)
def test_what_cannot_be_is_named_with_what_to_write(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(ConfigProblem) as refused:
        read(tmp_path, before, after)
    line = str(refused.value)
    assert said in line
    assert line.startswith(f"{tmp_path / 'site.toml'}: ")
    assert "\n" not in line


def with_states(folder: Path, name: str, states: str) -> Site:
    """A site with a purpose of this name instead of its sharing."""
    text = SMALL.replace(f'[purposes."{SHARING}"]', f'[purposes."{name}"]\n{states}').replace(SHARING, name)
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return read_site(folder / "site.toml", "https://privacy.example.com")


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("sharing.roasters", ("off", "on")),
        ("location.level", ("off", "approximate", "precise")),
        ("research.beans", ("off", "on")),
    ],
)
def test_states_that_are_left_out_are_those_that_the_page_draws(
    tmp_path: Path, name: str, states: tuple[str, ...]
) -> None:
    assert with_states(tmp_path, name, "").purposes[name].states == states


@pytest.mark.parametrize(
    ("name", "states", "said"),
    [
        ("sharing.roasters", '["none", "all"]', "its states can only be off, on; leave states out"),
        ("location.level", '["off", "on"]', "its states can only be off, approximate, precise; leave states out"),
        ("research.beans", '["off"]', "states need two different words at least"),
    ],
)
def test_states_that_no_page_could_draw_are_refused(tmp_path: Path, name: str, states: str, said: str) -> None:
    with pytest.raises(ConfigProblem) as refused:
        with_states(tmp_path, name, f"states = {states}")
    assert f'purposes."{name}": {said}' in str(refused.value)
