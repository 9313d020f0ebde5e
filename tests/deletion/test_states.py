"""States follow each other as the tables say, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.deletion.models import Deletion, Target
from portal.deletion.service import moving, states
from portal.kernel.problems import NotNow
from tests.deletion.conftest import Member

TABLES = [states.DELETION, states.TARGET]


@given(st.sampled_from(TABLES), st.lists(st.integers(0, 9), max_size=30))
def test_every_walk_stays_in_the_table_and_an_end_is_an_end(table: states.Moves, turns: list[int]) -> None:
    here = next(iter(table))
    walked = [here]
    for turn in turns:
        if not table[here]:
            break
        here = sorted(table[here])[turn % len(table[here])]
        assert here in table
        assert walked[-1] in states.before(table, here)
        walked.append(here)
    if "erasing" in walked:
        assert "cancelled" not in walked, "what has begun cannot be taken back"
    if "proven" in walked:
        assert "erased" in walked, "nothing is proven that was not erased"
        assert walked[-2] in {"erased", "read", "found"}, "nor without having been read again"


@pytest.mark.parametrize("table", TABLES)
def test_every_state_is_reached_and_leads_to_an_end(table: states.Moves) -> None:
    reached = {next(iter(table))}
    while more := {to for state in reached for to in table[state]} - reached:
        reached |= more
    assert reached == set(table)
    ends = {state for state, onward in table.items() if not onward}
    while more := {state for state, onward in table.items() if onward & ends} - ends:
        ends |= more
    assert ends == set(table)


def test_the_database_refuses_every_other_move(mai: Member) -> None:
    mai.schedule()
    for before in states.DELETION:
        for after in states.DELETION:
            Deletion.update(state=before).execute()
            if after in states.DELETION[before]:
                moving.move(mai.deletion(), after)
                assert mai.deletion().state == after
            else:
                with pytest.raises(moving.TooLate):
                    moving.move(mai.deletion(), after)
                assert mai.deletion().state == before
    target = Target.select().first()
    for before in states.TARGET:
        for after in states.TARGET:
            Target.update(state=before).execute()
            if after in states.TARGET[before]:
                moving.put(target, after)
            else:
                with pytest.raises(NotNow):
                    moving.put(target, after)
