"""What PostgreSQL holds and Python has no value for comes through as the database's own text.

That is what is written in an archive then, so that it can be put back as it was: dates that are infinite, before Christ
or after 9999, the time 24:00, intervals of months or days (a month is no number of seconds), and ranges.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from portal.sources.values import Null, Number

_MOMENTS = ("date", "time", "timetz", "timestamp", "timestamptz")
_RANGES = ("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange")
_CALENDAR = (b"year", b"mon", b"day")


def keep_what_python_lacks(connection: Any) -> None:
    """Have a connection load such values as text, and numbers in JSON without rounding."""
    from psycopg.types import json as of_json
    from psycopg.types.string import TextLoader

    adapters = connection.adapters
    for name in _MOMENTS:
        adapters.register_loader(name, _lenient(adapters, name))
    adapters.register_loader("interval", _lenient(adapters, "interval", _CALENDAR))
    for name in _RANGES:
        adapters.register_loader(name, TextLoader)
        adapters.register_loader(name.replace("range", "multirange"), TextLoader)
    of_json.set_json_loads(exact_json, connection)


def _lenient(adapters: Any, name: str, texts: tuple[bytes, ...] = ()) -> Any:
    """Return a loader that asks the driver's own one, which is written in C, and gives the text where that refuses."""
    from psycopg import DataError
    from psycopg.adapt import Loader
    from psycopg.pq import Format

    own = adapters.get_loader(adapters.types[name].oid, Format.TEXT)

    class Lenient(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._load = own(oid, context).load

        def load(self, data: Any) -> Any:
            if texts and any(text in bytes(data) for text in texts):
                return bytes(data).decode()
            try:
                return self._load(data)
            except DataError:
                return bytes(data).decode()

    return Lenient


def exact_json(written: str | bytes) -> Any:
    """Return a JSON value; a number that a float would round keeps all its digits, and null is told from no value."""
    value = json.loads(written, parse_float=_exact)
    return Null() if value is None else value


def _exact(written: str) -> float | Number:
    rounded = float(written)
    return rounded if Decimal(repr(rounded)) == Decimal(written) else Number(written)
