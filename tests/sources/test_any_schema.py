"""Whatever the schema and whoever the rows belong to, the product does what a naive model says."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from portal.sources.base import Identifier, Person
from tests.sources.conftest import ENGINES
from tests.sources.webs.built import build, comparable, source, stored, told
from tests.sources.webs.drawing import EMAILS, PEOPLE, Web, webs
from tests.sources.webs.model import erased, reached
from tests.sources.world import open_

EXAMPLES = {"sqlite": 30, "postgresql": 8, "mysql": 5}
Fresh = Callable[[], str]


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """What gives an empty database on an engine, as often as it is asked."""
    if request.param == "sqlite":
        yield lambda: _sqlite(tmp_path)
    else:
        url = request.getfixturevalue(f"{request.param}_url")
        yield lambda: _emptied(url)


def _sqlite(folder: Path) -> str:
    shutil.rmtree(folder / "web", ignore_errors=True)
    (folder / "web").mkdir()
    return f"sqlite:///{folder}/web/web.db"


def _emptied(url: str) -> str:
    connection = open_(url)
    cursor = connection.cursor()
    if url.startswith("postgresql"):
        cursor.execute("SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = 'public'")
        (names,) = cursor.fetchone()
        cursor.execute(f"DROP TABLE {names} CASCADE" if names else "SELECT 1")
    else:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("SHOW TABLES")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {name}")
    connection.commit()
    connection.close()
    return url


def given_webs(fresh: Fresh, promise: Callable[[Web, int, str], None]) -> None:
    """Try a promise on as many random webs as the engine has time for."""
    examples = EXAMPLES[fresh().partition(":")[0]]
    if (profile := settings().max_examples) > 1000:  # a soak
        examples *= profile // 500

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(webs(), st.sampled_from(PEOPLE))
    def on_each(web: Web, person: int) -> None:
        note(f"{told(web)}\nperson {person}")
        url = fresh()
        build(web, url)
        promise(web, person, url)

    on_each()


def somebody(person: int) -> Person:
    return Person(((person,),), (Identifier("email", EMAILS[person]),))


def test_a_copy_holds_exactly_the_rows_that_belong_to_somebody(fresh: Fresh) -> None:
    def promise(web: Web, person: int, url: str) -> None:
        wanted, system = reached(web, person), source(web, url)
        assert system.find(Identifier("email", EMAILS[person])) == [(person,)]
        with system.snapshot(somebody(person)) as snapshot:
            found = {name: [dict(row) for row in snapshot.rows(name)] for name in web.tables}
            assert snapshot.counts == {name: len(rows) for name, rows in wanted.items()}
        assert comparable(found) == comparable(wanted)

    given_webs(fresh, promise)


def test_what_check_lets_pass_is_erased_as_the_model_says_and_nothing_else_changes(fresh: Fresh) -> None:
    def promise(web: Web, person: int, url: str) -> None:
        system, wanted = source(web, url), comparable(erased(web, person))
        assert [str(found) for found in system.check() if found.level == "error"] == []
        assert system.erase(somebody(person), "R-1").done
        assert stored(web, url) == wanted
        assert system.remaining(somebody(person)) == {}
        assert system.erase(somebody(person), "R-1").done
        assert stored(web, url) == wanted

    given_webs(fresh, promise)


def test_a_rehearsal_says_what_an_erasure_would_do_and_changes_nothing(fresh: Fresh) -> None:
    def promise(web: Web, person: int, url: str) -> None:
        before, system = stored(web, url), source(web, url)
        rehearsed = system.rehearse(somebody(person))
        assert rehearsed is not None
        assert (rehearsed.refused, rehearsed.remaining) == ("", {})
        assert stored(web, url) == before
        gone = sum(statement.rows or 0 for statement in rehearsed.statements)
        assert gone >= sum(system.erase(somebody(person), "R-1").rows.values()) > 0

    given_webs(fresh, promise)
