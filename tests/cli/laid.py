"""The schemas of the demo's databases on every engine: the same tables, keys and indexes, in each engine's words."""

import re
from pathlib import Path

import portal.demo
from tests.sources.world import open_

HOME = Path(portal.demo.__file__).parent
TYPES = {
    "postgresql": [
        (r"\bDATETIME\b", "timestamp"),
        (r"\bBLOB\b", "bytea"),
        (r"BOOLEAN(.*)DEFAULT 0", r"BOOLEAN\1DEFAULT false"),
        (r"BOOLEAN(.*)DEFAULT 1", r"BOOLEAN\1DEFAULT true"),
    ],
    "mysql": [(r"\bTEXT\b", "varchar(191)")],
}


def lay(url: str, engine: str, system: str) -> None:
    """Make the tables of a demo system in an empty database."""
    script = (HOME / f"{system}.sql").read_text(encoding="utf-8")
    if engine != "sqlite":
        for old, new in TYPES[engine]:
            script = re.sub(old, new, script)
        folded = "lower({})" if engine == "postgresql" else "{}"
        script = re.sub(r"\((\w+) COLLATE NOCASE\)", lambda found: "(" + folded.format(found[1]) + ")", script)
        script = _without_checks(script.replace(" COLLATE NOCASE", "").replace(" WITHOUT ROWID", ""))
    connection = open_(url)
    try:
        cursor = connection.cursor()
        for statement in filter(str.strip, script.split(";\n")):
            cursor.execute(statement)
        connection.commit()
    finally:
        connection.close()


def _without_checks(script: str) -> str:
    """Take CHECK (…) out: what is in it is SQLite's own."""
    while (at := script.find("CHECK (")) >= 0:
        depth, end = 0, script.index("(", at)
        while True:
            depth += {"(": 1, ")": -1}.get(script[end], 0)
            end += 1
            if not depth:
                break
        before = script[:at].rstrip()
        script = (before.removesuffix(",") if script[end:].lstrip().startswith(")") else before) + script[end:]
    return script
