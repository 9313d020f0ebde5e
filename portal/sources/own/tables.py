"""Which tables of ours hold persons, and in which order they are emptied."""

from __future__ import annotations

from typing import Any

import peewee

from portal.kernel import db
from portal.kernel.work import Claimable
from portal.sources import graph


def owned() -> list[Any]:
    """Return every model whose rows are somebody's."""
    return [model for model in db.tables() if meta(model).whose]


def children_first() -> list[Any]:
    """Return them so that rows that refer come before rows referred to."""
    models = {name(model): model for model in owned()}
    edges = [graph.Edge(child, name(above)) for child, model in models.items() for above in meta(model).refs.values()]
    return [models[child] for child in graph.order(tuple(models), edges).tables]


def leaves() -> list[Any]:
    """Return those whose rows are deleted with a person and to which no other table refers."""
    referred = {above for model in db.tables() for above in meta(model).refs.values()}
    return [model for model in owned() if meta(model).erasure == "delete" and model not in referred]


def named(table: str) -> Any:
    """Return the model of a table: sources know no room, so tables of rooms are known by their names."""
    return next(model for model in db.tables() if name(model) == table)


def shown(model: Any) -> list[peewee.Field]:
    """Return what of a row is given to the person: not what opens doors, and not what workers note."""
    return [field for field in meta(model).sorted_fields if is_shown(field)]


def is_shown(field: peewee.Field) -> bool:
    """Tell whether a column is given to the person."""
    return not is_secret(field.name) and field.name not in getattr(meta(field.model), "withheld", ())


def is_secret(field: str) -> bool:
    """Tell digests, hashes and the columns of claims by their names."""
    return field in Claimable._meta.fields or field in {"digest", "hash"} or field.endswith("_hash")


def meta(model: Any) -> Any:
    """Return what a model says of itself."""
    return model._meta


def name(model: Any) -> str:
    """Return the name of a model's table."""
    return str(meta(model).table_name)
