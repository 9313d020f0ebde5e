"""Every route is guarded, every address is well formed, and no page is an orphan."""

from __future__ import annotations

import re
from collections.abc import Iterator

import flask
from werkzeug.routing import Rule

from portal.web import navigation
from portal.web.guards import roles_of
from portal.web.programs import scope_of

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
OWN_FORMS = re.compile(r"[a-z0-9.-]+|<[a-z]+:[a-z_]+>")
# What a stranger sees of a page that is open to all: each is here by decision.
OPEN = {
    "accounts.sign_in", "accounts.sign_in_code", "accounts.sign_out",
    "accounts.ask_birth", "accounts.sign_up_code", "accounts.password_sign_in",
    "accounts.change_password", "asset", "health.alive", "health.ready",
    "language.choose",
}  # fmt: skip


def rules(app: flask.Flask) -> Iterator[Rule]:
    return app.url_map.iter_rules()


def address(rule: Rule) -> str:
    values = {name: 1 if "int" in type(rule._converters[name]).__name__.lower() else "x" for name in rule.arguments}
    _, path = rule.build(values) or ("", "")
    return path


def test_addresses_are_kebab_case_and_their_parameters_typed(app: flask.Flask) -> None:
    for rule in rules(app):
        for part in rule.rule.strip("/").split("/"):
            assert part == "" or OWN_FORMS.fullmatch(part), f"{rule.rule}: write {part!r} in kebab-case, or type it"


def test_every_endpoint_is_in_the_menu_or_left_out_by_name(app: flask.Flask) -> None:
    assert navigation.unplaced(app) == set(), "add navigation.entry, footer or left_out beside the blueprint"


def test_every_route_that_is_not_marked_open_sends_a_stranger_to_sign_in(app: flask.Flask) -> None:
    client = app.test_client()
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        if getattr(view, "is_open", False):
            continue
        if scope_of(view) is not None:
            for method in (rule.methods or set()) & ({"GET"} | UNSAFE):
                answer = client.open(address(rule), method=method)
                assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), rule.rule
            continue
        for method in (rule.methods or set()) & ({"GET"} | UNSAFE):
            answer = client.open(address(rule), method=method, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 303, f"{method} {rule.rule} answered {answer.status_code} to a stranger"
            door = "/staff/sign-in" if roles_of(view) else "/sign-in"
            assert answer.location.startswith(door), rule.rule
            partial = client.open(
                address(rule), method=method, headers={"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
            )
            assert partial.status_code == 401, f"{method} {rule.rule}: htmx must not swap the sign-in page in"
            assert partial.headers["HX-Redirect"].startswith(door), rule.rule


def test_another_site_can_post_nowhere(app: flask.Flask) -> None:
    client = app.test_client()
    for rule in rules(app):
        if getattr(app.view_functions[rule.endpoint], "is_for_machines", False):
            continue
        for method in (rule.methods or set()) & UNSAFE:
            for proof in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
                answer = client.open(address(rule), method=method, headers=proof)
                assert answer.status_code == 403, f"{method} {rule.rule} answered {answer.status_code} to {proof}"


def test_an_open_page_with_a_made_up_secret_says_no_more_than_any_other(app: flask.Flask) -> None:
    client = app.test_client()
    for rule in rules(app):
        if (
            rule.arguments
            and getattr(app.view_functions[rule.endpoint], "is_open", False)
            and "GET" in (rule.methods or ())
        ):
            answer = client.get(address(rule))
            assert answer.status_code in {404, 410}, f"{rule.rule} answered {answer.status_code} to a made-up address"


def test_every_answer_carries_the_headers_that_protect_it(app: flask.Flask) -> None:
    client = app.test_client()
    for path in ("/", "/sign-in", "/no-such-page", "/healthz", "/overview"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"], path
        assert headers["Cache-Control"] == "no-store" or "no-store" in headers["Cache-Control"], path


def test_no_room_has_hooks_or_error_handlers_of_its_own_for_none_is_asked(app: flask.Flask) -> None:
    hooks = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.url_value_preprocessors,
        app.error_handler_spec,
    )
    assert [room for kind in hooks for room in kind if room is not None and kind[room]] == []
