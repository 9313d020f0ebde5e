"""Every model says whose it is and how it is erased; nothing lies where a deletion would not look."""

from __future__ import annotations

from collections.abc import Iterator

import peewee
import pytest

from portal import migrations
from portal.kernel import db
from portal.kernel.db import Model, tables
from portal.sources.own import columns
from portal.sources.own import tables as own
from tests.house.conftest import HOUSE

OWNERS = {"account", "subject"}


def stated() -> Iterator[tuple[type[Model], str | None, str | None]]:
    for model in tables():
        yield model, getattr(model._meta, "whose", "not stated"), getattr(model._meta, "erasure", "not stated")


def test_every_model_states_whose_it_is_and_how_it_is_erased() -> None:
    for model, whose, erasure in stated():
        assert erasure in {"delete", "unlink", "keep", None}, f"{model.__name__}: add `erasure` to its Meta"
        assert (whose is None) == (erasure is None), f"{model.__name__}: `whose` and `erasure` go together in its Meta"


def test_every_path_to_an_owner_leads_through_foreign_keys_to_one() -> None:
    for model, whose, _ in stated():
        if whose is None or model._meta.table_name in {"accounts", "subjects"}:
            continue
        *steps, owner = whose.split(".")
        here: type[peewee.Model] = model
        for step in steps:
            here = here._meta.fields[step].rel_model
        assert owner in OWNERS, f"{model.__name__}: `whose` ends in account or subject"
        assert owner in here._meta.fields, f"{model.__name__}: {here.__name__} has no column {owner}"


def test_a_table_that_names_a_person_says_so() -> None:
    for model, whose, _ in stated():
        if OWNERS & set(model._meta.fields):
            assert whose is not None or model.__name__ == "ErasurePermit", (
                f"{model.__name__}: state `whose` in its Meta"
            )


def test_what_a_person_downloads_has_a_title() -> None:
    for model, whose, _ in stated():
        if whose is not None:
            assert getattr(model._meta, "title", ""), f"{model.__name__}: give its Meta a `title` for people"


def test_every_column_that_a_person_sees_has_a_title() -> None:
    """It is a msgid, so test_words.py asks for it in every language."""
    for model in own.owned():
        for field in own.shown(model):
            assert columns.title(model, field.name), (
                f"{model.__name__}.{field.name}: write titles = {{{field.name!r}: N_(…)}} in its Meta"
            )


def test_no_title_is_kept_for_a_column_that_is_no_more() -> None:
    there = {field.name for model in own.owned() for field in own.shown(model)}
    assert columns.TITLES.keys() <= there, "take out of sources/own/columns.py what no table has"


def test_every_models_file_holds_a_room_with_models() -> None:
    files = [*(HOUSE / "portal").glob("*/models.py"), *(HOUSE / "portal").glob("*/models/__init__.py")]
    rooms = {path.relative_to(HOUSE / "portal").parts[0] for path in files}
    known = {model.__module__.split(".")[1] for model in tables() if model.__module__.split(".")[2:3] == ["models"]}
    assert rooms == known, "a models.py without a model, or one that is never imported"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[None]:
    url = f"sqlite:///{tmp_path}/portal.db"
    opened = db.connect(url if request.param == "sqlite" else request.getfixturevalue("postgresql_url"))
    yield
    opened.close()
    if hasattr(opened, "close_all"):
        opened.close_all()


@pytest.mark.usefixtures("engine")
def test_migrations_make_what_the_models_say_and_go_up_and_down() -> None:
    names = migrations.up()
    assert migrations.pending() == []
    for model in tables():
        live = {column.name: column for column in db.database.get_columns(model._meta.table_name)}
        fields = {field.column_name: field for field in model._meta.sorted_fields}
        assert live.keys() == fields.keys(), f"{model.__name__} and the migrations differ"
        for name, field in fields.items():
            assert live[name].null == field.null, f"{model.__name__}.{name}: NULL differs from the migrations"
        unique = {tuple(index.columns) for index in db.database.get_indexes(model._meta.table_name) if index.unique}
        asked = {(field.column_name,) for field in fields.values() if field.unique}
        asked |= {
            tuple(model._meta.fields[part].column_name for part in names_)
            for names_, is_unique in [index for index in model._meta.indexes if isinstance(index, tuple | list)]
            if is_unique
        }
        assert asked <= unique, f"{model.__name__}: a unique index is missing in the migrations"
    migrations.down(names[0])
    left = set(db.database.get_tables()) - {"schema_migration", "sqlite_sequence"}
    assert left == set()
