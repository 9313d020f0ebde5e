"""What is wrong with a page, as HTML and for whoever cannot see, and what to do about it (DESIGN §4 rule 3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_DRAWN = frozenset("path rect circle line polyline polygon ellipse use stop".split())
_ONE_OF = ("form", "a", "button", "label")
_POINTERS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "list")


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")

    def __iter__(self) -> Iterator[Node]:
        """Yield the elements inside, in order."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child

    def all(self, *tags: str, **attributes: str) -> list[Node]:
        """Return the elements inside with one of these tags and these attributes; `class_` and `data_x` as in HTML."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self
            if (not tags or node.tag in tags)
            and all(value in node[name].split() or value == node[name] for name, value in wanted.items())
        ]

    def one(self, *tags: str, **attributes: str) -> Node:
        """Return the only such element inside."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} elements are {tags} {attributes}, not one"
        return found[0]

    def within(self, *tags: str) -> Node | None:
        """Return the nearest element around this one with one of these tags."""
        around = self.parent
        while around and around.tag not in tags:
            around = around.parent
        return around

    @property
    def text(self) -> str:
        """Return what is written here, with single blanks."""
        return " ".join(self._words().split())

    def _words(self) -> str:
        return "".join(
            child if isinstance(child, str) else child._words() + (" " if child.tag != "span" else "")
            for child in self.children
            if isinstance(child, str) or child.tag not in {"script", "title", "option"}
        )

    def __str__(self) -> str:
        shown = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.tag}{shown}>"


class _Reader(HTMLParser):
    """Reads strictly: what a browser would have to guess is written down as wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Node("#document")
        self.wrong: list[str] = []
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.open)
        if len(attrs) != len(node.attributes):
            self.wrong.append(f"{node} has an attribute twice; take one away")
        self.open.children.append(node)
        if tag not in _VOID:
            self.open = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _DRAWN:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != self.open.tag or self.open.parent is None:
            self.wrong.append(f"</{tag}> closes {self.open}; close the inner element first")
        else:
            self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def lint(html: str, host: str, *, region: str = "") -> tuple[Node, list[str]]:
    """Read a page, or the region of that name, and return it with what is wrong with it."""
    reader = _Reader()
    reader.feed(html)
    root, wrong = reader.root, reader.wrong
    if reader.open is not root:
        wrong.append(f"{reader.open} is never closed")
    wrong += _region(root, region) if region else [*_document(reader), *_pointers(root)]
    return root, [
        *wrong,
        *_ids(root),
        *_controls(root),
        *_forms(root),
        *_hosts(root, host),
        *_nesting(root),
        *_inline(root),
    ]


def _document(reader: _Reader) -> Iterator[str]:
    root = reader.root
    if reader.doctype.lower() != "doctype html":
        yield "the page does not begin with <!doctype html>; extend layout.html"
    if not any(node["lang"] for node in root.all("html")):
        yield "<html> has no lang; extend layout.html"
    heads, titles = [node.text for node in root.all("h1")], root.all("title")
    title = "".join(str(child) for node in titles for child in node.children).strip()
    if len(heads) != 1 or not heads[0]:
        yield f"there are {len(heads)} <h1>, not one; write {{% block title %}} and let the layout draw it"
    elif not re.sub(r"^(Error|Lỗi|Fehler): ", "", title).startswith(heads[0]):
        yield f"the title {title!r} does not start with the <h1> {heads[0]!r}; write both in {{% block title %}}"
    levels = [int(node.tag[1]) for node in root if re.fullmatch("h[1-6]", node.tag)]
    for before, after in zip(levels, levels[1:], strict=False):
        if after > before + 1:
            yield f"<h{after}> follows <h{before}>; a level is left out"


def _region(root: Node, region: str) -> Iterator[str]:
    name = region.rpartition("/")[2].removeprefix("_").removesuffix(".html")
    roots = [node for node in root.children if isinstance(node, Node) and "hx-swap-oob" not in node.attributes]
    if len(roots) != 1 or roots[0]["id"] != name:
        yield f'{region} must have one root element with id="{name}", and has {", ".join(map(str, roots))}'


def _ids(root: Node) -> Iterator[str]:
    for name, count in Counter(node["id"] for node in root if node["id"]).items():
        if count > 1:
            yield f'id="{name}" is on {count} elements; name each for what it is'


def _pointers(root: Node) -> Iterator[str]:
    ids = {node["id"] for node in root}
    for node in root:
        named = [name for pointer in _POINTERS for name in node[pointer].split()]
        named += [node[link][1:] for link in ("href", "hx-target") if node[link].startswith("#")]
        for name in named:
            if name not in ids:
                yield f'{node} points to id="{name}", which is not on the page'


def _controls(root: Node) -> Iterator[str]:
    labelled = {node["for"] for node in root.all("label")}
    for node in root.all("input", "select", "textarea"):
        hidden = node["type"] in {"hidden", "submit"}
        if not (
            hidden or node["id"] in labelled or node.within("label") or node["aria-label"] or node["aria-labelledby"]
        ):
            yield f"{node} has no label; draw it with fields.py or write a <label>"
    for node in root.all("a", "button", "summary"):
        if not (node.text or node["aria-label"] or node["aria-labelledby"]):
            yield f"{node} has no name; write words into it, class unseen if they are not to be seen"
    for node in root.all("img", "svg"):
        if "alt" not in node.attributes and not (node["aria-hidden"] or node["aria-label"] or node["aria-labelledby"]):
            yield f"{node} has no alternative; name it, or hide it with aria-hidden"


def _forms(root: Node) -> Iterator[str]:
    for node in root.all("form"):
        if node["method"] not in {"get", "post"}:
            yield f'{node} has no method; write method="get" or method="post"'
        elsewhere = [control for control in root.all("input") if node["id"] and control["form"] == node["id"]]
        names = {control["name"] for control in [*node.all("input"), *elsewhere]}
        if node["method"] == "post" and "csrf_token" not in names:
            yield f"{node} carries no proof; write {{{{ proof() }}}} into it"
    for node in root.all("button"):
        if not (node.within("form") or node["form"]):
            yield f"{node} is in no form, so it does nothing without JavaScript"


def _hosts(root: Node, host: str) -> Iterator[str]:
    for node in root:
        for attribute in ("src", "href", "action", "hx-get", "hx-post", "poster", "srcset"):
            address = urlsplit(node[attribute])
            if address.scheme in {"javascript", "data", "blob"}:
                yield f"{node} runs or holds a {address.scheme}: address; make it a link to a page"
            if address.netloc not in {"", host} and not (node.tag == "a" and "noreferrer" in node["rel"].split()):
                yield f'{node} goes to another host; serve it from here, or for a link write rel="noreferrer"'
        if node["target"]:
            yield f"{node} has a target; webviews drop such links, so take it away"


def _nesting(root: Node) -> Iterator[str]:
    for node in root:
        if node.tag in _ONE_OF and (outer := node.within(node.tag)):
            yield f"{node} lies inside {outer}; browsers take them apart"
        if node.tag in {"a", "button"} and (outer := node.within("a", "button")) and outer.tag != node.tag:
            yield f"{node} lies inside {outer}; nobody can use both"
        if node.tag in {"div", "p", "ul", "table", "form", "section"} and (outer := node.within("p")):
            yield f"{node} lies inside {outer}, which ends there for a browser; use a <div>"


def _inline(root: Node) -> Iterator[str]:
    for node in root:
        if node.tag == "style" or (node.tag == "script" and not node["src"]):
            yield f"{node} is inline; the policy forbids it, so move it into static/"
        for name in node.attributes:
            if name == "style" or re.match(r"on[a-z]|hx-on", name):
                yield f"{node} has {name}; the policy forbids it, so move it into static/"
    if found := re.search(r"\{[{%#]|[%#}]\}|Undefined|<function|object at 0x", root.text):
        yield f"the page shows {found.group()!r}, which is a piece of a template or of Python"
