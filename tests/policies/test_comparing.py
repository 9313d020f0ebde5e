"""What is different between two texts is found and said rightly, whatever was written."""

from __future__ import annotations

import time

import hypothesis
import pytest
from hypothesis import strategies as st

from portal.policies.comparing import ADDED, CHANGED, KEEP, REMOVED, SAME, Difference, Section, compare, differ, read

WORDS = st.lists(
    st.sampled_from("we keep your data and never sell it to anybody for money".split()), min_size=1, max_size=12
)
Text = list[tuple[str, list[str]]]
ROOMS = "scope roles data use sharing location rights children".split()


def markup(sections: Text) -> str:
    """Return a text of sections, each with an id of its own and a heading made of it."""
    return "".join(
        f'<h2 id="{name}">About {name}</h2>' + "".join(f"<p>{p}</p>" for p in said) for name, said in sections
    )


@st.composite
def alike(draw: st.DrawFn) -> Text:
    """Draw sections that may be taken for one another."""
    names = draw(st.lists(st.sampled_from(ROOMS), min_size=1, max_size=8, unique=True))
    said = st.lists(WORDS.map(" ".join), min_size=1, max_size=4)
    return [(name, draw(said)) for name in names]


def texts() -> st.SearchStrategy[Text]:
    """Draw sections that have no word in common."""
    return alike().map(
        lambda text: [(name, [f"{name}-{p.replace(' ', f' {name}-')}" for p in said]) for name, said in text]
    )


def kinds(differences: list[Difference]) -> dict[str, str]:
    return {one.id: one.kind for one in differences}


def put_together(differences: list[Difference], left_out: str) -> Text:
    """Return the words of one side, by section, from what is shown."""
    side = [one for one in differences if one.kind != left_out]
    return [
        (
            one.was if left_out == ADDED else one.id,
            [word for part in one.passages for run in part.runs if run.kind != left_out for word in run.text.split()],
        )
        for one in side
    ]


def words_of(sections: list[Section]) -> Text:
    return [(one.id, list(one.words)) for one in sections]


@hypothesis.given(alike(), alike())
def test_what_is_shown_makes_both_texts_again(old: Text, new: Text) -> None:
    shown = compare(markup(old), markup(new))
    assert put_together(shown, REMOVED) == words_of(read(markup(new)))
    assert sorted(put_together(shown, ADDED)) == sorted(words_of(read(markup(old))))


@hypothesis.given(texts())
def test_a_text_is_the_same_as_itself(text: Text) -> None:
    assert not [one for one in compare(markup(text), markup(text)) if one.is_different]


@hypothesis.given(texts(), st.data())
def test_an_inserted_section_is_the_only_one_that_is_new(text: Text, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    shown = compare(markup(text), markup([*text[:at], ("inserted", ["Something else entirely."]), *text[at:]]))
    assert kinds(shown) == {**dict.fromkeys([name for name, _ in text], SAME), "inserted": ADDED}
    assert not any(one.moved for one in shown)
    assert [one.id for one in shown].index("inserted") == at


@hypothesis.given(texts(), st.data())
def test_a_deleted_section_is_shown_where_it_stood(text: Text, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    shown = compare(markup(text), markup([*text[:at], *text[at + 1 :]]))
    assert [one.id for one in shown] == [name for name, _ in text]
    assert kinds(shown) == {name: REMOVED if place == at else SAME for place, (name, _) in enumerate(text)}
    assert not any(one.moved for one in shown)


@hypothesis.given(texts(), st.data())
def test_a_section_that_moved_is_neither_new_nor_removed(text: Text, data: st.DataObject) -> None:
    old, new = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, len(text) - 1))
    moved = [*text[:old], *text[old + 1 :]]
    moved.insert(new, text[old])
    shown = compare(markup(text), markup(moved))
    assert set(kinds(shown).values()) == {SAME}
    assert sum(one.moved for one in shown) == (0 if old == new else 1)


@hypothesis.given(texts(), st.data())
def test_inserted_deleted_and_moved_at_once_are_each_told_for_what_they_are(text: Text, data: st.DataObject) -> None:
    hypothesis.assume(len(text) > 2)
    (gone, _), *rest = [text[at] for at in data.draw(st.permutations(range(len(text))))]
    moved = rest[0]
    new = [one for one in text if one[0] not in (gone, moved[0])]
    new.insert(data.draw(st.integers(0, len(new))), moved)
    new.insert(data.draw(st.integers(0, len(new))), ("inserted", ["Something else entirely."]))
    shown = compare(markup(text), markup(new))
    stayed = [name for name, _ in text if name != gone]
    assert kinds(shown) == {**dict.fromkeys(stayed, SAME), gone: REMOVED, "inserted": ADDED}
    in_old_order = stayed == [name for name, _ in new if name != "inserted"]
    assert any(one.moved for one in shown) == (not in_old_order)
    assert [one.id for one in shown if one.kind != REMOVED] == [name for name, _ in new]


@hypothesis.given(texts(), st.data(), WORDS)
def test_words_put_into_a_section_are_the_only_ones_marked(text: Text, data: st.DataObject, more: list[str]) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    name, said = text[at]
    new = [*text[:at], (name, [*said[:-1], " ".join([said[-1], *(f"new-{word}" for word in more)])]), *text[at + 1 :]]
    (changed,) = [one for one in compare(markup(text), markup(new)) if one.is_different]
    marked = [run for part in changed.passages for run in part.runs if run.kind != KEEP]
    assert (changed.id, changed.kind, changed.moved) == (name, CHANGED, False)
    assert {run.kind for run in marked} <= {ADDED, REMOVED}
    assert {f"new-{word}" for word in more} <= {
        word for run in marked if run.kind == ADDED for word in run.text.split()
    }


@hypothesis.given(texts(), texts())
def test_both_directions_say_the_same(old: Text, new: Text) -> None:
    turned = {ADDED: REMOVED, REMOVED: ADDED, SAME: SAME, CHANGED: CHANGED}
    there, back = kinds(compare(markup(old), markup(new))), kinds(compare(markup(new), markup(old)))
    assert there == {name: turned[kind] for name, kind in back.items()}


def test_words_are_compared_one_by_one() -> None:
    runs = differ("kept for 18 months then".split(), "kept for 12 months and then".split())
    said = [(run.kind, run.text) for run in runs]
    assert said == [
        (KEEP, "kept for"), (REMOVED, "18"), (ADDED, "12"), (KEEP, "months"), (ADDED, "and"), (KEEP, "then"),
    ]  # fmt: skip


def test_a_section_with_another_name_and_id_is_known_by_its_words() -> None:
    said = "<p>We keep what you tell us, what you do with us, and what your device reports.</p>"
    (one,) = compare(f'<h2 id="a">What we hold</h2>{said}', f'<h2 id="b">Your data</h2>{said}')
    assert (one.kind, one.title) == (CHANGED, "Your data")
    assert [run.kind for run in one.heading] == [REMOVED, ADDED]


def test_an_address_that_changed_behind_the_same_words_shows() -> None:
    (one,) = compare('<p>See <a href="/a">this</a>.</p>', '<p>See <a href="/b">this</a>.</p>')
    assert [(run.kind, run.text) for run in one.passages[0].runs][1:3] == [(REMOVED, "(/a)."), (ADDED, "(/b).")]


@pytest.mark.parametrize("blocks", [1, 400])
def test_a_very_long_text_takes_a_moment_only(blocks: int) -> None:
    words = [f"word{number % 977}" for number in range(40_000)]
    size = len(words) // blocks
    old = "".join(f"<p>{' '.join(words[at : at + size])}</p>" for at in range(0, len(words), size))
    begun = time.process_time()
    compare(old, old.replace("word5 ", "other "))
    assert time.process_time() - begun < 5
