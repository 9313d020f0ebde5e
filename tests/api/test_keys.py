"""Who may call: keys, their scopes and their share, on every call that there is; and what a refusal looks like."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from portal.api.models import ApiKey
from portal.api.service import keys
from portal.api.views.openapi import calls, document
from portal.api.views.room import Call
from portal.cli import main
from portal.web.programs import ANY
from tests.api.calling import Caller
from tests.conftest import Portal


def every_call(portal: Portal) -> Iterator[tuple[Call, str]]:
    for said in calls(portal.app):
        path = said.path
        for kind in ("string", "int"):
            while f"<{kind}:" in path:
                before, _, rest = path.partition(f"<{kind}:")
                path = before + "1" + rest.partition(">")[2]
        yield said, f"/api/v1{path}"


def refused(answer: object, status: int, code: str) -> None:
    told = answer.json  # type: ignore[attr-defined]
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.mimetype == "application/problem+json"  # type: ignore[attr-defined]
    assert told["status"] == status
    assert told["code"] == code
    assert {"type", "title", "detail", "instance"} <= told.keys()


def test_no_call_is_answered_without_a_key_that_is_good_for_it(portal: Portal) -> None:
    client = portal.app.test_client()
    once = Caller(portal, name="gone")
    keys.disable("gone")
    others = {scope: Caller(portal, *(keys.SCOPES.keys() - {scope}), name=f"all but {scope}") for scope in keys.SCOPES}
    tried = 0
    for said, path in every_call(portal):
        if said.scope is None:
            assert client.open(path, method=said.method).status_code == 200
            continue
        for header in ("", "Bearer", "Bearer pak_nothing", f"Bearer {once.key}", f"Basic {once.key}"):
            answer = client.open(path, method=said.method, headers={"Authorization": header} if header else {})
            refused(answer, 401, "no-key")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        if said.scope != ANY:
            other = others[said.scope]
            answer = client.open(path, method=said.method, headers={"Authorization": f"Bearer {other.key}"})
            refused(answer, 403, "wrong-scope")
            assert said.scope in answer.text
        tried += 1
    assert tried >= 1


def test_only_a_digest_of_a_key_lies_in_the_table_and_its_last_use_is_noted(portal: Portal) -> None:
    caller = Caller(portal)
    row = ApiKey.get()
    assert caller.key not in json.dumps(row.__data__, default=str)
    assert row.used_at is None
    caller.get("/key")
    assert ApiKey.get().used_at is not None


def test_every_answer_says_how_many_calls_are_left_and_the_last_one_when_there_are_more(portal: Portal) -> None:
    caller = Caller(portal, rate=3)
    left = [caller.ask("GET", "/key").headers["RateLimit"].partition(";t=")[0] for _ in range(3)]
    assert left == ['"minute";r=2', '"minute";r=1', '"minute";r=0']
    answer = caller.ask("GET", "/key")
    refused(answer, 429, "too-many-calls")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert Caller(portal, name="another").ask("GET", "/key").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/v1/no-such-call", 404),
        ("GET", "/api//v1/key", 404),
        ("GET", "/api/v1/key/", 404),
        ("DELETE", "/api/v1/key", 405),
        ("OPTIONS", "/api/v1/key", 405),
        ("POST", "/api/v1/openapi.json", 405),
    ],
)
def test_a_refusal_is_never_a_page(portal: Portal, method: str, path: str, status: int) -> None:
    for language in ("en", "vi"):
        answer = portal.app.test_client().open(path, method=method, headers={"Accept-Language": language})
        refused(answer, status, f"http-{status}")
        assert "html" not in answer.text.casefold()


def test_what_nobody_foresaw_is_told_as_a_problem_too(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(portal)

    def broken(header: str) -> None:
        raise RuntimeError(f"somebody's secret: {header}")

    monkeypatch.setattr(keys, "load", broken)
    answer = caller.ask("GET", "/key")
    refused(answer, 500, "http-500")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_another_host_is_refused_as_a_problem(portal: Portal) -> None:
    refused(portal.app.test_client().get("/api/v1/key", base_url="http://evil.example"), 400, "http-400")


def test_no_cookie_opens_a_call_and_none_is_set(portal: Portal) -> None:
    from tests.people import member

    browser = member(portal, "everyday").browser
    answer = browser.client.get("/api/v1/key")
    refused(answer, 401, "no-key")
    assert "Set-Cookie" not in Caller(portal).ask("GET", "/key").headers


def test_the_description_names_every_call_with_its_scope_and_no_other(portal: Portal) -> None:
    told = portal.app.test_client().get("/api/v1/openapi.json").json
    assert told == document(portal.app)
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    rules = {
        (method, rule.rule.replace("<string:", "{").replace("<int:", "{").replace(">", "}"))
        for rule in portal.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == rules
    for said in calls(portal.app):
        assert said.says, f"{said.name} has no docstring"
        assert said.scope in {None, ANY, *keys.SCOPES}


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)  # each command opens a pool of its own for its process
def test_an_operator_makes_lists_and_disables_keys(
    portal: Portal, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["api-key", "add", "CRM", "--scope", "may:read", "--scope", "mail:write"]) == 0
    key = capsys.readouterr().out.strip()
    client, header = portal.app.test_client(), {"Authorization": f"Bearer {key}"}
    assert json.loads(client.get("/api/v1/key", headers=header).text)["scopes"] == ["mail:write", "may:read"]
    assert main(["api-key", "add", "CRM", "--scope", "may:read"]) == 1
    assert main(["api-key", "add", "Other", "--scope", "everything"]) == 1
    assert "may:read" in capsys.readouterr().err
    assert main(["api-key", "list"]) == 0
    listed = capsys.readouterr().out
    assert "in use" in listed
    assert key not in listed
    assert main(["api-key", "disable", "CRM"]) == 0
    assert main(["api-key", "disable", "CRM"]) == 1
    assert client.get("/api/v1/key", headers=header).status_code == 401
