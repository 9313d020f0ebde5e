"""The calls, a module a subject."""

from flask import Request

from portal.api.service import keys
from portal.api.views import (  # noqa: F401 - importing views is what registers them
    ages,
    handoffs,
    key,
    location,
    mail,
    may,
    openapi,
    people,
    suppressions,
)
from portal.api.views.room import room
from portal.web.programs import Caller

__all__ = ["load_caller", "room"]


def load_caller(request: Request) -> Caller | None:
    """Return the program that a request comes from."""
    return keys.load(request.headers.get("Authorization", ""))
