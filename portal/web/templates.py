"""Templates compiled once a language: a sentence that never changes is translated when the template is compiled.

A page has some sixty sentences; looking each up at every request costs more than the rest of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, nodes, select_autoescape
from jinja2.visitor import NodeTransformer

from portal.web.words import Words

_FILTERS = ("say", "day", "clock", "moment", "number", "size", "listed")
_INDENTED = re.compile("^[ \\t]+", re.MULTILINE)
_GETTEXT = frozenset({"_", "gettext"})


class _Settled(NodeTransformer):
    """Puts in, at compile time, what a call with a constant always gives: a translation, or a known function's word."""

    def __init__(self, words: Words, known: Mapping[str, Callable[[str], str]], facts: Mapping[str, object]) -> None:
        self.words = words
        self.known = known
        self.facts = facts

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:
        """Put in what is written in a fact such as `site.name`."""
        fact = self.facts.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        value = getattr(fact, node.attr, None)
        return nodes.Const(value) if isinstance(value, str) else node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.args and isinstance(node.args[0], nodes.Const)):
            return node
        if node.node.name in _GETTEXT:
            return self._said(node.args[0].value, node.kwargs)
        if node.node.name in self.known:
            return nodes.Const(self.known[node.node.name](node.args[0].value))
        return node

    def _said(self, sentence: str, facts: list[nodes.Keyword]) -> nodes.Expr:
        said = nodes.MarkSafeIfAutoescape(nodes.Const(self.words.say(sentence)))
        return nodes.Mod(said, nodes.Dict([nodes.Pair(nodes.Const(fact.key), fact.value) for fact in facts]))


class _Spoken(Environment):
    settled: _Settled

    def make_globals(self, more: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # A plain dict: Jinja copies it at each rendering, and copying its own chain of maps takes ten times as long.
        return {**self.globals, **(more or {})}

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Leave out how a page is indented: a browser does nothing with it, and a region may weigh 4 kB."""
        markup = super().preprocess(source, name, filename)
        return _INDENTED.sub("", markup) if name and name.endswith(".html") else markup

    def _generate(self, source: nodes.Template, *rest: Any, **options: Any) -> str:
        return super()._generate(self.settled.visit(source), *rest, **options)


def environment(
    words: Words,
    loader: BaseLoader | None,
    known: Mapping[str, Callable[[str], str]] | None = None,
    facts: Mapping[str, object] | None = None,
    *,
    reload: bool = False,
) -> Environment:
    """Return the templates of a loader in one language; a missing value is an error, everything in .html is escaped.

    `known` are functions of one word whose answer never changes, `facts` objects whose texts do not.
    """
    spoken = _Spoken(
        loader=loader,
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        cache_size=-1,  # all of them: there are few, and the cache that forgets is slower than many a template
    )
    spoken.settled = _Settled(words, known or {}, facts or {})
    spoken.globals.update({**(known or {}), **(facts or {})})
    spoken.policies["ext.i18n.trimmed"] = True
    spoken.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]
    spoken.filters.update({name: getattr(words, name) for name in _FILTERS})
    return spoken
