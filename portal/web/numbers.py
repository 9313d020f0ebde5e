"""Numbers in addresses: those of rows, and none that no table gives out, which a database would break on."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from portal.web.present import known

MOST = 2**31 - 1  # that a row is numbered with


class Integer(IntegerConverter):
    """`<int:number>` of a route; what is larger than any row's leads nowhere, as one that is not there."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": MOST, **options})


def init_app(app: Flask) -> None:
    """Read the numbers of all routes so; before any of them is added."""
    app.url_map.converters["int"] = Integer


def asked(name: str) -> int | None:
    """Return the number of a row that the query says, None where it says none, or nothing that is one."""
    number: int | None = known().request.args.get(name, type=int)
    return number if number is not None and 0 < number <= MOST else None
