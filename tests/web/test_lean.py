"""What the application leaves out of Flask, and that nothing of it is missed."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Response, request, session, url_for
from werkzeug.test import EnvironBuilder

from portal.web.lean import Lean

HOST = "https://privacy.acme.example"


@pytest.fixture
def lean() -> Lean:
    app = Lean("lean", static_folder=None)
    app.extensions["closed"] = []

    @app.get("/whole")
    def whole() -> Response:
        answer = Response("whole")
        answer.call_on_close(lambda: app.extensions["closed"].append("whole"))
        return answer

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(["one", "two"]))

    @app.get("/äddress/<int:number>")
    def address(number: int) -> str:
        return url_for("address", number=number + 1, _external=True)

    return app


def ask(app: Lean, path: str, method: str = "GET") -> Iterable[bytes]:
    environ = EnvironBuilder(path, HOST, method=method).get_environ()
    return app(environ, lambda status, headers, *failure: lambda data: data)


def test_what_lies_in_memory_is_one_list_and_closed_with_it(lean: Lean) -> None:
    assert ask(lean, "/whole") == [b"whole"]
    assert lean.extensions["closed"] == ["whole"]
    assert list(ask(lean, "/whole", "HEAD")) == []


def test_what_is_made_piece_by_piece_stays_so(lean: Lean) -> None:
    pieces = ask(lean, "/stream")
    assert not isinstance(pieces, list)
    assert list(pieces) == [b"one", b"two"]


def test_addresses_are_read_and_written_whole(lean: Lean) -> None:
    visitor = lean.test_client()
    assert visitor.get("/äddress/1?x=1", base_url=HOST).text == f"{HOST}/%C3%A4ddress/2"
    assert visitor.get("/äddress/x", base_url=HOST).status_code == 404
    assert visitor.post("/whole", base_url=HOST).status_code == 405
    below = visitor.get("/äddress/1", base_url=f"{HOST}/below")
    assert below.text == f"{HOST}/below/%C3%A4ddress/2"


def test_an_address_without_anything_variable_answers_its_own_methods_alone(lean: Lean) -> None:
    lean.add_url_rule("/<string:name>", "named", lambda name: f"named {name}", methods=["GET", "POST"])
    lean.add_url_rule("/whole", "kept", lambda: "kept", methods=["PUT"])
    visitor = lean.test_client()
    assert visitor.get("/whole", base_url=HOST).text == "whole"
    assert visitor.put("/whole", base_url=HOST).text == "kept"
    assert visitor.post("/whole", base_url=HOST).text == "named whole"
    assert visitor.get("/other", base_url=HOST).text == "named other"
    assert visitor.head("/whole", base_url=HOST).status_code == 200


def test_hooks_of_the_whole_app_run_as_in_flask(lean: Lean) -> None:
    order: list[str] = []

    def note(name: str, answer: Response) -> Response:
        order.append(name)
        return answer

    lean.before_request(lambda: order.append("before"))
    lean.before_request(lambda: Response("refused", 403) if request.args else None)
    lean.after_request(lambda answer: note("after, first named", answer))
    lean.after_request(lambda answer: note("after, last named", answer))
    lean.teardown_request(lambda error: order.append("tidied"))
    visitor = lean.test_client()
    assert visitor.get("/whole", base_url=HOST).status_code == 200
    assert order == ["before", "after, last named", "after, first named", "tidied"]
    assert visitor.get("/whole?x=1", base_url=HOST).status_code == 403


def test_flasks_own_session_can_not_be_written(lean: Lean) -> None:
    lean.testing = True
    lean.add_url_rule("/kept", "kept", lambda: session.update(name="kept") or "")
    with pytest.raises(RuntimeError, match="no secret key"):
        lean.test_client().get("/kept", base_url=HOST)
