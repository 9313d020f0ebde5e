"""Reading a TOML table key by key, with a refusal that names file, table and key and says what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from portal.kernel.problems import N_, Problem
from portal.sources.manifest.model import Text

T = TypeVar("T")


class ManifestProblem(Problem):
    """A manifest that cannot be used; facts: `file`, `table`, `key`, `wrong`, `cure`. Read by operators only."""

    status, code = 500, "manifest"
    say = N_("%(file)s: %(table)s: %(key)s: %(wrong)s. %(cure)s")
    then = N_("Mend the manifest, then start again.")


class Reader:
    """One table of the file. What was never asked for is refused by `done`, so a misspelt key cannot pass unseen."""

    def __init__(self, data: object, file: str, table: str) -> None:
        self.file, self.table = file, table
        self._asked: set[str] = set()
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise self.problem("", "is not a table", f"Write [{table}] and one key a line under it.")
        self._data: Mapping[str, Any] = data

    def problem(self, key: str, wrong: str, cure: str) -> ManifestProblem:
        """Make the refusal of a key."""
        return ManifestProblem(file=self.file, table=f"[{self.table}]", key=key or "(itself)", wrong=wrong, cure=cure)

    def has(self, key: str) -> bool:
        """Say whether a key is there; asking is enough to make it a known one."""
        self._asked.add(key)
        return key in self._data

    def raw(self, key: str) -> Any:
        """Return a key's value as TOML gave it, or None."""
        self._asked.add(key)
        return self._data.get(key)

    def need(self, key: str, cure: str) -> None:
        """Refuse the table when it lacks a key."""
        if not self.has(key):
            raise self.problem(key, "is missing", cure)

    def string(self, key: str, default: str = "") -> str:
        """Return a string of at least one character."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.problem(key, "is not a text", f'Write {key} = "…".')
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.raw(key)
        if type(value) is not int or not low <= value <= high:
            raise self.problem(key, "is not a whole number in bounds", f"Write a number from {low} to {high}.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(key)
        if value is not None and type(value) is not bool:
            raise self.problem(
                key, "is not true or false", f"Write {key} = {str(not default).lower()} or leave it out."
            )
        return default if value is None else value

    def choice(self, key: str, choices: Iterable[T], default: T | None = None) -> T:
        """Return one of the words allowed; without a default the key must be there."""
        value, allowed = self.raw(key), list(choices)
        if value is None and default is not None:
            return default
        for choice in allowed:
            if isinstance(value, str) and value == choice:
                return choice
        words = " | ".join(f'"{word}"' for word in allowed)
        raise self.problem(key, "is missing" if value is None else "is none of its words", f"Write one of {words}.")

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; one string alone stands for a list of one."""
        value = self.raw(key)
        items = [value] if isinstance(value, str) else value if value is not None else []
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            raise self.problem(key, "is not a list of texts", f'Write {key} = ["…", "…"].')
        return tuple(items)

    def words(self, key: str) -> Text | None:
        """Return words to a person: a string, or a table of languages with `en` in it."""
        value = self.raw(key)
        if value is None:
            return None
        said = {"en": value} if isinstance(value, str) else value
        if not isinstance(said, dict) or not said.get("en") or not all(_said(*pair) for pair in said.items()):
            raise self.problem(key, "is not words", f'Write {key} = "…" or {key} = {{ en = "…", vi = "…" }}.')
        return Text.of(said)

    def inner(self, key: str) -> Reader:
        """Return a reader of the table under a key."""
        return Reader(self.raw(key), self.file, f"{self.table}.{key}" if self.table else key)

    def each(self, key: str, read: Callable[[str, Reader], T]) -> dict[str, T]:
        """Read every table under a key, each with a reader of its own."""
        if self.raw(key) is None:
            return {}
        outer = self.inner(key)
        return {name: read(name, outer.inner(name)) for name in outer._data}

    def keys(self) -> tuple[str, ...]:
        """Return the keys that the table has."""
        return tuple(self._data)

    def done(self) -> None:
        """Refuse keys that nobody asked for, with the nearest right one."""
        for key in sorted(self._data.keys() - self._asked):
            near = get_close_matches(key, self._asked, 1)
            known = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(self._asked))}."
            raise self.problem(key, "is not known", known)


def _said(language: object, words: object) -> bool:
    return isinstance(language, str) and isinstance(words, str) and bool(words)
