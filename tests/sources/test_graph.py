"""The order of erasure keeps every reference true for as long as it can."""

from hypothesis import given
from hypothesis import strategies as st

from portal.sources import graph
from portal.sources.graph import Bond, Edge, Order
from portal.sources.manifest import parse

NAMES = tuple("abcdefg")


@st.composite
def webs(draw: st.DrawFn) -> list[Edge]:
    """Links that lead nowhere twice, and foreign keys that may lead anywhere."""
    found = []
    for place, child in enumerate(NAMES[1:], start=1):
        if draw(st.booleans()):
            found.append(Edge(child, draw(st.sampled_from(NAMES[:place])), ("link",)))
    bonds: st.SearchStrategy[Bond] = st.sampled_from(["engine", "nullable", "fixed"])
    keys = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), bonds)
    for number, (child, parent, bond) in enumerate(draw(st.lists(keys, max_size=12))):
        found.append(Edge(child, parent, (f"key{number}",), bond))
    return found


def given_up(edges: list[Edge], order: Order) -> list[Edge]:
    place = {name: number for number, name in enumerate(order.tables)}
    return [edge for edge in edges if edge.child != edge.parent and place[edge.child] > place[edge.parent]]


@given(webs())
def test_each_table_comes_once_and_children_before_parents(edges: list[Edge]) -> None:
    order = graph.order(NAMES, edges)
    assert sorted(order.tables) == sorted(NAMES)
    broken = given_up(edges, order)
    assert all(edge.bond != "link" for edge in broken)
    assert all(edge in order.nulled for edge in broken if edge.bond == "nullable")
    assert all(edge in order.unkept for edge in broken if edge.bond == "fixed")


@given(webs())
def test_without_a_circle_nothing_gives_way(edges: list[Edge]) -> None:
    falling = [edge for edge in edges if NAMES.index(edge.parent) < NAMES.index(edge.child)]
    order = graph.order(NAMES, falling)
    assert given_up(falling, order) == []
    assert order.nulled == order.unkept == ()


@given(webs())
def test_the_same_edges_give_the_same_order(edges: list[Edge]) -> None:
    assert graph.order(NAMES, edges) == graph.order(NAMES, list(edges))


def test_the_weakest_edge_of_a_circle_gives_way() -> None:
    edges = [Edge("a", "b", ("x",)), Edge("b", "a", ("y",), "nullable"), Edge("b", "a", ("z",), "engine")]
    assert graph.order(["a", "b"], edges) == Order(("a", "b"), nulled=(edges[1],))
    assert graph.order(["a", "b"], [edges[0], Edge("b", "a", ("w",), "fixed")]).unkept == (
        Edge("b", "a", ("w",), "fixed"),
    )


def test_a_table_that_refers_to_itself_is_nulled_first() -> None:
    own = Edge("a", "a", ("parent",), "nullable")
    assert graph.order(["a"], [own]) == Order(("a",), nulled=(own,))


def test_links_of_a_manifest_are_edges_whatever_way_they_point() -> None:
    links = {"users": None, "bookings": "user_id -> users.id", "homes": "id <- users.home_id"}
    tables = {name: {"erase": "anonymise"} | ({"link": link} if link else {}) for name, link in links.items()}
    data = {"source": {"id": "a", "url": "u"}, "subject": {"table": "users", "match": {"email": "e"}}, "tables": tables}
    made = parse(data, "a.toml").tables
    assert graph.links(made) == [Edge("bookings", "users", ("user_id",)), Edge("homes", "users", ("id",))]
