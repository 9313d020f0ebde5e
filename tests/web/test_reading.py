"""What a form posts is read as Werkzeug reads it, but for NUL, which nobody types."""

from __future__ import annotations

from io import BytesIO

import flask
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from portal.web.htmx import Asked

PLAIN = "application/x-www-form-urlencoded"
SIGNS = st.text(alphabet="ab=&;+%C3%A9 \x00é", max_size=40)


def posted(body: bytes, kind: str) -> list[flask.Request]:
    """Return a post twice: as our pages get it, and as Flask would."""
    made = [
        EnvironBuilder(method="POST", input_stream=BytesIO(body), content_type=kind, content_length=len(body))
        for _ in range(2)
    ]
    return [request(one.get_environ()) for request, one in zip((Asked, flask.Request), made, strict=True)]


@given(
    SIGNS.map(str.encode) | st.binary(max_size=40), st.sampled_from([PLAIN, f"{PLAIN}; charset=utf-8", "text/plain"])
)
@example(b"a=1&a=2&b=&c", PLAIN)
@example(b"a=%C3%A9%FF\xff", PLAIN)
def test_what_is_posted_is_read_as_flask_reads_it(body: bytes, kind: str) -> None:
    ours, flasks = posted(body, kind)
    told = [(name, value.replace("\0", "")) for name, value in flasks.form.items(multi=True)]
    assert list(ours.form.items(multi=True)) == told
    with pytest.raises(TypeError):
        ours.form["a"] = "1"  # as Flask's, it is not written to
    assert (ours.files, ours.get_data()) == (flasks.files, flasks.get_data())


def test_what_was_read_already_is_read_again_from_what_was_kept() -> None:
    ours, _ = posted(b"a=1&b=2", PLAIN)
    assert (ours.get_data(), ours.form["b"]) == (b"a=1&b=2", "2")


def test_more_than_a_form_may_bring_is_refused_before_it_is_read() -> None:
    ours, _ = posted(b"a=" + b"x" * 100, PLAIN)
    ours.max_content_length = 50
    with pytest.raises(RequestEntityTooLarge):
        ours.form  # noqa: B018
