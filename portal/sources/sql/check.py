"""The manifest against the live schema: what an export or erasure would stumble over, found before it does."""

from __future__ import annotations

from collections.abc import Iterator

from portal.kernel.problems import SourceUnavailable
from portal.sources.base import Finding
from portal.sources.manifest import Affects, Blocks, Match, Place, Rule, Table
from portal.sources.sql import correcting, looking, ordered
from portal.sources.sql.ground import Ground
from portal.sources.sql.rules import EMPTY, rules
from portal.sources.sql.schema import ENGINE_ACTS, ForeignKey, Index, LiveColumn
from portal.sources.sql.session import Session
from portal.sources.sql.statement import Sql

_TAKES = {"text": ("text",), "hash": ("text",), "redact": ("text", "json", "other", "text[]"), "empty": tuple(EMPTY)}

_TELLING = ("text", "json", "bytes", "other")


def findings(session: Session, ground: Ground) -> list[Finding]:
    """Return all that is wrong; names first, since nothing else can be judged while one is unknown."""
    unknown = [*_unknown_tables(ground), *_unknown_columns(ground)]
    if unknown:
        return list(dict.fromkeys(unknown))
    found = [
        *_indexes(ground),
        *ordered.findings(ground),
        *_rules(ground),
        *_names_left(ground),
        *_keeping(ground),
        *_proof(ground),
    ]
    return [
        *found,
        *_history(ground),
        *_corrections(ground),
        *_uncovered(ground),
        *_slow(ground),
        *_kept_children(ground),
        *_circles(ground),
        *_conditions(session, ground),
    ]


def _error(table: Table, column: str, say: str) -> Finding:
    return Finding("error", table.name, column, say)


def _warning(table: Table, column: str, say: str) -> Finding:
    return Finding("warning", table.name, column, say)


def _unknown_tables(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.real not in ground.schema:
            yield _error(table, "", f"The database has no table {table.real}. Mend the name, or take the table out.")


def _unknown_columns(ground: Ground) -> Iterator[Finding]:
    for place, key in _places(ground):
        table = ground.manifest.tables[place.table]
        if table.real in ground.schema and place.column not in ground.schema[table.real].columns:
            yield _error(table, place.column, f"There is no such column; {key} names it.")


def _places(ground: Ground) -> Iterator[tuple[Place, str]]:
    """Yield every column that the manifest names, with the key that names it."""
    manifest = ground.manifest
    for table in manifest.tables.values():
        for key, columns in _named(table):
            yield from ((Place(table.name, column), key) for column in columns)
        if table.link:
            yield from ((Place(table.link.table, column), "link") for column in table.link.to)
    subject, location = manifest.subject, manifest.location
    yield from ((Place(subject.table, column), "subject.key") for column in subject.key)
    yield from ((Place(subject.table, match.column), "subject.match") for match in subject.match)
    if subject.born:
        yield Place(subject.table, subject.born), "subject.born"
    if location:
        for column in (location.time, location.latitude, location.longitude):
            yield Place(location.points, column), "location"
        yield from ((place, "location") for place in (location.reported_state, location.reported_at) if place)
    yield from ((wish.place, "preferences") for wish in manifest.preferences.values() if wish.place)
    yield from ((fact.place, "proofs") for fact in manifest.proofs.values())


def _named(table: Table) -> Iterator[tuple[str, list[str]]]:
    yield "columns", list(table.columns)
    yield "key", list(table.key)
    yield "blocks", [column for rule in table.blocks for column in rule.columns()]
    yield "link", list(table.link.columns) if table.link else []
    yield "match", [match.column for match in table.match]
    yield "order_by", [column for column, _ in table.order_by]
    yield "time", [table.time] if table.time else []
    yield "changed", [table.changed] if table.changed else []
    yield "controller_column", [table.controller_column] if table.controller_column else []
    yield "keep", [*table.keep.columns, *([table.keep.until.column] if table.keep.until else [])] if table.keep else []
    yield "blocks", [name for rule in table.blocks for name in rule.say.names() if name != "rows"]


def _indexes(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        live = ground.live(table)
        if table.link and not any(live.serves(column) for column in table.link.columns):
            yield _warning(table, table.link.columns[0], "The link has no index, so the whole table is read. Add one.")
        matches = ground.manifest.subject.match if table.name == ground.subject.name else table.match
        yield from (_warning(table, match.column, say) for match in matches if (say := _unserved(ground, table, match)))


def _unserved(ground: Ground, table: Table, match: Match) -> str:
    live = ground.live(table)
    if match.exact or match.kind == "external_id":
        return "" if live.serves(match.column) else "The match has no index, so the whole table is read. Add one."
    if match.kind == "phone":
        return "Numbers are compared by their digits, so the whole table is read. Store +E.164 and say exact = true."
    served = live.serves(f"lower({match.column})".lower()) or live.serves(match.column, folding=True)
    return "" if served else f"No index serves a match without regard to case. Add one on lower({match.column})."


def _rules(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        for column, rule in rules(ground, table) if table.erase != "delete" else ():
            if say := _refused(ground, table, column, rule):
                yield _error(table, column.name, say)


def _refused(ground: Ground, table: Table, column: LiveColumn, rule: Rule) -> str:
    """Say why the database would refuse a rule; "" when it would not."""
    keyed = rule.kind == "text" and "{key}" in rule.text
    alone = any(index.unique and index.parts == (column.name,) for index in ground.live(table).indexes)
    if column.generated:
        return "The database makes this column itself. Take the rule off."
    if rule.kind == "null" and not column.nullable:
        return 'It may not be null. Write erase = "empty" or "text:…".'
    if column.kind not in _TAKES.get(rule.kind, (column.kind,)):
        return (
            f'A column of type {column.type} cannot take "{rule.kind}". Write another rule, or name it in keep.columns.'
        )
    if keyed and not ground.key(table):
        return 'The table has no key to put in {key}. Write key = ["…"].'
    if alone and (rule.kind == "empty" or (rule.kind == "text" and not keyed)):
        return 'Its values must differ. Write "text:deleted-{key}".'
    return ""


def _names_left(ground: Ground) -> Iterator[Finding]:
    """Look for columns of anonymised rows that may still tell who it was; one the manifest lists was thought about."""
    for table in ground.manifest.tables.values():
        if table.erase != "anonymise":
            continue
        changed = {column.name for column, _ in rules(ground, table)}
        matches = ground.manifest.subject.match if table.name == ground.subject.name else table.match
        who = {match.column for match in matches if match.kind != "external_id"}
        for column in ground.live(table).columns.values():
            if column.name in who - changed:
                yield _error(table, column.name, "It names the person and has no rule. Write erase for it.")
            elif column.kind in _TELLING and column.name not in {*table.columns, *ground.key(table)}:
                yield _warning(
                    table, column.name, "It is not listed, so it stays as it is in an anonymised row. List it."
                )


def _keeping(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.keep and not table.keep.until and not (table.link and table.link.shared):
            yield _warning(table, "", 'Rows are kept without an end. Write until = { column = "…", years = … }.')


def _proof(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.link and (table.erase == "delete" or any(rules(ground, table))):
            parent = ground.manifest.tables[table.link.table]
            gone = {column.name for column, _ in rules(ground, parent)} if parent.erase != "delete" else set()
            for own, to in zip(table.link.columns, table.link.to, strict=True):
                if to in gone:
                    say = f"The link leads through {parent.name}.{to}, which is erased, so nothing can be proven after."
                    yield _warning(table, own, say)


def _history(ground: Ground) -> Iterator[Finding]:
    if (location := ground.manifest.location) is None:
        return
    table = ground.manifest.tables[location.points]
    if not ground.key(table):
        yield _error(table, "", 'The points have no key, so none can be told from another. Write key = ["…"].')
    if ground.column(table, location.time).kind not in ("datetime", "text"):
        yield _error(table, location.time, "It holds no moment. Name a column with date and time.")


def _corrections(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        for column in table.correctable:
            if say := _uncorrectable(ground, table, ground.column(table, column.name), column.correct):
                yield _error(table, column.name, say)


def _uncorrectable(ground: Ground, table: Table, column: LiveColumn, correct: str) -> str:
    """Say why a correction would be refused, or would tear rows apart; "" when it would not."""
    if column.generated:
        return "The database makes this column itself, so it cannot be corrected. Take correct out."
    if not ground.key(table):
        return 'The table has no key, so one row cannot be told from another. Write key = ["…"].'
    if column.name in {*ground.manifest.joints(table), *ground.key(table)}:
        return "It holds rows together, so it cannot be corrected. Take correct out."
    if column.kind not in correcting.KINDS:
        return f"A column of type {column.type} cannot be corrected here. Take correct out."
    if correct == "self" and any(
        index.unique and index.parts == (column.name,) for index in _indexes_of(ground, table)
    ):
        return 'Its values must differ, so somebody has to look first. Write correct = "review".'
    return ""


def _indexes_of(ground: Ground, table: Table) -> tuple[Index, ...]:
    return ground.live(table).indexes


def _uncovered(ground: Ground) -> Iterator[Finding]:
    covered = {table.real: table for table in ground.manifest.tables.values()}
    for name, live in ground.schema.items():
        for key in live.references if name not in covered else ():
            parent = covered.get(key.table)
            if parent and parent.erase == "delete" and key.on_delete not in ENGINE_ACTS:
                yield Finding(
                    "error", name, key.columns[0], f"Its rows hold those of {parent.name} back. Cover the table."
                )
            elif parent:
                yield Finding("warning", name, key.columns[0], f"It refers to {parent.name} and is not covered.")


def _slow(ground: Ground) -> Iterator[Finding]:
    """Look for foreign keys that make the engine read a whole table for each row that goes."""
    gone = {table.real for table in ground.manifest.tables.values() if table.erase == "delete"}
    for name, live in ground.schema.items():
        for key in live.references:
            if key.table in gone and not any(live.serves(column) for column in key.columns):
                say = f"Its foreign key has no index: each row of {key.table} that goes reads the whole table. Add one."
                yield Finding("warning", name, key.columns[0], say)


def _kept_children(ground: Ground) -> Iterator[Finding]:
    for table in ground.manifest.tables.values():
        if table.erase == "delete":
            continue
        nulled = {column.name for column, rule in rules(ground, table) if rule.kind == "null"}
        for key in ground.live(table).references:
            if _goes_under(ground, table, key) and key.on_delete == "CASCADE":
                yield _error(table, key.columns[0], f"Rows to be kept go when {key.table} is deleted (CASCADE).")
            elif _goes_under(ground, table, key) and key.on_delete not in ENGINE_ACTS and not nulled & set(key.columns):
                yield _error(table, key.columns[0], f"It refers to {key.table}, which is deleted. Let it be nulled.")


def _goes_under(ground: Ground, table: Table, key: ForeignKey) -> bool:
    """Say whether rows that stay refer to rows that go, unless the same rows go under another name of their table."""
    tables = ground.manifest.tables.values()
    gone = {parent.name for parent in tables if parent.real == key.table and parent.erase == "delete"}
    twins = (twin for twin in tables if twin.real == table.real and twin.erase == "delete" and twin.link)
    return bool(gone) and not any(twin.link and twin.link.table in gone for twin in twins)


def _circles(ground: Ground) -> Iterator[Finding]:
    for edge in ground.order().unkept:
        table = ground.manifest.tables[edge.child]
        yield _error(table, edge.columns[0], f"It and {edge.parent} refer to each other, and neither may be null.")


def _conditions(session: Session, ground: Ground) -> Iterator[Finding]:
    tables = ground.manifest.tables
    for table in tables.values():
        rules: list[tuple[str, Table, Blocks | Affects]] = [
            *(("blocks", table, rule) for rule in table.blocks),
            *(("affects", tables[found.table], found) for found in table.affects),
        ]
        for key, asked, rule in rules:
            query = f"{ground.dialect.explain}SELECT 1 FROM {ground.from_(asked)} WHERE "
            session.say("SAVEPOINT portal_when")
            try:
                session.all(Sql(query) + looking.when(ground, rule))
            except SourceUnavailable as problem:
                session.say("ROLLBACK TO SAVEPOINT portal_when")
                yield _error(table, "", f"{key}.when is refused: {problem.facts['detail']}")
