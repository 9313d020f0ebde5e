"""Which language a page speaks, and how it writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader

from portal.web import templates, words
from tests.web.conftest import signed_in

VIETNAMESE = {"Accept-Language": "vi;q=0.9, en;q=0.1"}


def language(client: FlaskClient, headers: dict[str, str] | None = None) -> str:
    return client.get("/form", headers=headers).text.partition('lang="')[2][:2]


def test_the_browser_is_asked_first_time(visitor: FlaskClient) -> None:
    assert language(visitor) == "en"
    assert language(visitor, VIETNAMESE) == "vi"
    assert language(visitor, {"Accept-Language": "fr"}) == "en"


def test_the_account_knows_better_than_the_browser(app: Flask) -> None:
    assert language(signed_in(app, "binh"), {"Accept-Language": "en"}) == "vi"


def test_a_choice_made_here_goes_before_both_and_works_as_a_link(app: Flask) -> None:
    client = signed_in(app, "binh")
    answer = client.get("/language/en", headers={"Referer": "https://privacy.acme.example/form?a=1"})
    assert (answer.status_code, answer.location) == (303, "/form?a=1")
    assert language(client, VIETNAMESE) == "en"


def test_it_leads_nowhere_else(visitor: FlaskClient) -> None:
    assert visitor.get("/language/vi", headers={"Referer": "https://evil.example/form"}).location == "/"
    assert visitor.get("/language/fr").status_code == 404


@pytest.mark.parametrize(
    ("code", "day", "moment", "number", "size", "listed"),
    [
        ("en", "12 December 2026", "14:02 on 12 December 2026 (UTC+7)", "100,000", "4.1 MB", "A, B and C"),
        ("vi", "12 tháng 12 năm 2026", "14:02 ngày 12 tháng 12 năm 2026 (UTC+7)", "100.000", "4,1 MB", "A, B và C"),
    ],
)
def test_dates_are_spelled_and_numbers_written_as_people_do(
    code: str, day: str, moment: str, number: str, size: str, listed: str
) -> None:
    said = words.of(code, "Asia/Ho_Chi_Minh")
    when = datetime(2026, 12, 12, 7, 2, tzinfo=UTC)
    assert said.day(when) == said.day(date(2026, 12, 12)) == day
    assert said.moment(when) == moment
    assert said.number(100_000) == number
    assert said.size(4_100_000) == size
    assert said.listed(["A", "B", "C"]) == listed


def test_a_day_is_the_day_where_the_person_is() -> None:
    late = datetime(2026, 12, 12, 20, 0, tzinfo=UTC)
    assert words.of("en", "Asia/Ho_Chi_Minh").day(late) == "13 December 2026"
    assert words.of("en", "Asia/Kolkata").moment(late) == "01:30 on 13 December 2026 (UTC+5:30)"


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (12_345, "12 kB"), (10**15, "1,000 TB")]
)
def test_sizes_keep_to_what_people_read(size: int, said: str) -> None:
    assert words.of("en").size(size) == said


def test_a_template_is_translated_when_it_is_compiled_and_escapes_what_it_is_given() -> None:
    source = (
        "{% trans who=name %}There is no such page, {{ who }}: 100%.{% endtrans %} {{ _('There is no such page.') }}"
    )
    pages = templates.environment(words.of("vi"), DictLoader({"a.html": source, "a.txt": source}))
    assert pages.get_template("a.html").render(name="<b>") == (
        "There is no such page, &lt;b&gt;: 100%. " + words.of("vi").say("There is no such page.")
    )
    assert "<b>" in pages.get_template("a.txt").render(name="<b>")
    assert words.of("vi").say("There is no such page.") != "There is no such page."


def test_a_sum_is_written_in_the_words_of_the_language() -> None:
    english, vietnamese = words.of("en"), words.of("vi")
    assert english.sum_in_words("1500000", "VND") == "1,500,000 Vietnamese dong"
    assert vietnamese.sum_in_words(1500000, "VND") == "1.500.000 đồng Việt Nam"
    assert english.sum_in_words("12.50", "EUR") == "12.50 euros"
    assert english.sum_in_words("much", "VND") == "much VND"
