"""The manifest of our own tables, made from the models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import config
from portal.kernel.db import MomentField
from portal.kernel.problems import N_
from portal.sources.base import Line
from portal.sources.manifest import Action, Manifest, Subject, Text
from portal.sources.manifest.model import Column, Keep, Table, humanised
from portal.sources.own import columns
from portal.sources.own.tables import is_secret, is_shown, meta, name, owned
from portal.web import words

ID = "portal"
_ACTIONS: Mapping[str, Action] = {"delete": "delete", "unlink": "anonymise", "keep": "keep"}
_RETENTION = N_("While you have an account here")
_WHY_KEPT = N_("It shows that your requests were carried out, by numbers and without your name")


def manifest(title: Text) -> Manifest:
    """Return what is held of a person here, as manifests of connected systems say it."""
    return Manifest(
        "models.py", ID, title, "", Subject("subjects", ("id",), ()), {name(one): _table(one) for one in owned()}
    )


def line(table: Table, rows: int) -> Line:
    """Return what a deletion would do with so many rows of a table."""
    return Line(table.name, table.title, rows, table.erase, "", table.keep.reason if table.keep else None)


def _table(model: Any) -> Table:
    action = _ACTIONS[meta(model).erasure]
    return Table(
        name(model),
        name(model),
        _said(meta(model).title),
        action,
        retention=_said(_RETENTION),
        key=(meta(model).primary_key.column_name,),
        time=_time(model),
        keep=Keep(_said(_WHY_KEPT)) if action == "keep" else None,
        columns={field.column_name: _column(model, field) for field in meta(model).sorted_fields},
    )


def _time(model: Any) -> str:
    """Return the column that is set when a row is made."""
    made = (field for field in meta(model).sorted_fields if isinstance(field, MomentField) and field.default)
    return next((field.column_name for field in made if not is_secret(field.name)), "")


def _column(model: Any, field: Any) -> Column:
    said = columns.title(model, field.name) or humanised(field.name)  # the second for what is never shown
    return Column(field.column_name, _said(said), export=is_shown(field))


def _said(text: str) -> Text:
    return Text.of({language: words.of(language).say(text) for language in config.site().languages})
