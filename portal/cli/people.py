"""`portal subjects export` and `portal subjects erase`: for a person who asks without the web, what the pages do."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.cli.identifying import identifier
from portal.cli.parsing import Trouble, counted, declare, group
from portal.cli.processes import ready
from portal.cli.watching import PATIENCE, Seen, carried_out
from portal.config import ConfigProblem, from_environment

if TYPE_CHECKING:
    from portal.cli.parsing import Commands
    from portal.deletion.service import Outlook
    from portal.download.models import Download


def add(commands: Commands) -> None:
    """Declare them."""
    subjects = group(commands, "subjects", "act for a person who asks without the web, by an audited case")
    export = declare(subjects, "export", _export, "write a copy of everything that is held of a person to a file")
    _who(export)
    export.add_argument("file", metavar="FILE", type=Path, help="where the ZIP goes; it must not be there yet")
    erase = declare(subjects, "erase", _erase, "erase a person everywhere, at once; this cannot be undone")
    _who(erase)
    erase.add_argument("--yes", action="store_true", help="do not ask; otherwise the number of rows is to be typed")


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "identifier", metavar="IDENTIFIER", help="e-mail address, or phone number with its calling code"
    )
    parser.add_argument(
        "--verified",
        metavar="WORDS",
        required=True,
        help='how you made sure that it is this person, as "passport seen at the desk"; kept in the case, never logged',
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=float,
        default=PATIENCE,
        help="leave the rest to the workers once nothing has moved for so long (%(default)g)",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


@dataclass(frozen=True)
class Asked:
    """A person who is known by a verified identifier, and what is held of them."""

    subject: int
    is_new: bool
    outlook: Outlook

    def let_go(self) -> None:
        """Forget the person again if we knew nothing of them before."""
        from portal.subjects import service as subjects

        if self.is_new:
            subjects.forget(self.subject)


def _asked(options: argparse.Namespace) -> Asked:
    """Open the house and look for the person everywhere; Trouble where nothing is held of them."""
    import portal.worker  # noqa: F401 - declares what workers do
    from portal import start
    from portal.deletion import service as deletion
    from portal.kernel.problems import SourceUnavailable
    from portal.subjects import service as subjects

    if not options.verified.strip():
        raise ConfigProblem("--verified: say how you made sure that it is this person")
    proof, settings = identifier(options.identifier), from_environment(os.environ)
    ready(settings)
    start.open_house(settings)
    subject, is_new = subjects.verified(proof)
    with suppress(SourceUnavailable):  # the outlook names who does not answer
        subjects.refresh(subject)
    subjects.vouch(subject)
    asked = Asked(subject, is_new, deletion.outlook(subject))
    _tell(asked.outlook)
    if is_new and not asked.outlook.holding() and not asked.outlook.silent:
        asked.let_go()
        raise Trouble("no connected system holds anything of this person")
    return asked


def _tell(outlook: Outlook) -> None:
    """Say which systems cannot be answered for."""
    for title in outlook.silent:
        _note(f"{title}: does not answer as it should; `portal sources check` says why")
    for title in outlook.unclaimed:
        _note(f"{title}: several people share this address, so none of their rows is touched")


def _export(options: argparse.Namespace) -> int:
    if options.file.exists() or not options.file.absolute().parent.is_dir():
        raise ConfigProblem(f"{options.file}: there is such a file already, or no such folder")
    asked = _asked(options)
    from portal.cases import service as cases
    from portal.download import service as downloads

    if under_way := [one for one in downloads.recent(asked.subject, 100) if one.unfinished_of]:
        raise Trouble(f"a copy is not finished yet: {under_way[0].case.reference}; the person may have asked for it")
    reference = cases.open_by_operator(downloads.KIND, asked.subject, options.verified.strip()).reference
    if not carried_out(lambda: _copy_seen(reference, asked.subject), options.wait):
        raise Trouble(f"{reference} is not made yet; the workers go on with it")
    download = downloads.load(reference, asked.subject)
    if download.state != "ready":
        raise Trouble(f"{reference} failed; the log says why, and the person may begin it again")
    handed = downloads.archive(download)
    downloads.note_fetch(handed, "the command line of our staff", cases.OPERATOR)
    _write(options.file, downloads.read(handed, 0, None), download)
    missing = [str(source.title) for source in downloads.progress(download).missing]
    outcome = {"reference": reference, "file": str(options.file), "size": download.size, "sha256": download.sha256}
    _say(options, {**outcome, "missing": missing}, f"{reference}: {options.file}, {download.size:,} bytes")
    if missing:
        raise Trouble(f"not in the copy, because they could not be read: {', '.join(missing)}")
    return 0


def _copy_seen(reference: str, subject: int) -> Seen:
    from portal.download import service as downloads
    from portal.kernel.problems import NotFound

    try:
        download = downloads.load(reference, subject)
    except NotFound:  # not begun yet
        return Seen({})
    systems = downloads.progress(download).systems
    words = {str(source.title): _stage(part.state, part.rows) for source, part in systems}
    finished = sum(part.state == "done" for _, part in systems)
    return Seen(words, download.state in ("ready", "failed"), finished)


def _stage(state: str, rows: int) -> str:
    return f"{state}, {counted(rows)}" if rows or state == "done" else state


def _write(file: Path, chunks: Iterable[bytes], download: Download) -> None:
    """Write the archive where only its owner may read it; a file that is not whole does not stay."""
    digest = hashlib.sha256()
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
            if digest.hexdigest() != download.sha256:
                raise Trouble(f"{file}: the archive was cut on its way; nothing was written")
        except BaseException:
            file.unlink(missing_ok=True)
            raise


def _erase(options: argparse.Namespace) -> int:
    asked = _asked(options)
    from portal.cases import service as cases
    from portal.deletion import service as deletion

    if under_way := deletion.unfinished(asked.subject):
        raise Trouble(f"a deletion is under way already: {under_way.case.reference}")
    _refuse_or_confirm(options, asked)
    reference = cases.open_by_operator("deletion", asked.subject, options.verified.strip()).reference
    if not carried_out(lambda: _erasure_seen(reference, asked.subject), options.wait):
        _tell_troubles(reference)
        raise Trouble(f"{reference} is not over yet; the workers go on with it as soon as every system can be erased")
    progress = deletion.progress(deletion.load(reference, asked.subject))
    if progress.issued_at is None:
        raise Trouble(f"{reference} is paused, because something came in the way; the workers look again every day")
    systems = [
        {"source": part.source, "erased": part.gone_rows, "kept": part.kept_rows, "proof": part.proof or None}
        for part in progress.parts
    ]
    outcome = {"reference": reference, "certificate": progress.url, "systems": systems}
    _say(options, outcome, f"{reference}: erased everywhere; certificate at {progress.url}")
    return 0


def _tell_troubles(reference: str) -> None:
    """Say for each system that is not erased yet what keeps it from that, and whether somebody has to mend it."""
    from portal.cases import service as cases
    from portal.deletion import service as deletion

    for one in deletion.standing(cases.by_reference(reference)):
        if one.trouble:
            cure = "mend it: `portal sources check`" if one.trouble.permanent else "it may pass by itself"
            _note(f"{one.title}: {one.trouble.detail} ({cure})")


def _refuse_or_confirm(options: argparse.Namespace, asked: Asked) -> None:
    """Refuse what something stands in the way of, and what is not confirmed by the number of rows that go."""
    outlook = asked.outlook
    if stops := [blocker.say.filled("en", blocker.facts) for blocker in outlook.blockers("stop")]:
        asked.let_go()
        raise Trouble(" ".join(stops))
    going = sum(system.going for system in outlook.holding())
    for system in outlook.holding():
        _note(f"{system.title}: {counted(system.going)} to go, {counted(system.rows - system.going)} to be kept")
    for kind in ("warn", "lose"):
        for blocker in outlook.blockers(kind):
            _note(f"{kind}: {blocker.say.filled('en', blocker.facts)}")
    if options.yes:
        return
    print(f"Type the number of rows that go ({going}) to erase them: ", end="", file=sys.stderr, flush=True)
    if not _typed(str(going)):
        asked.let_go()
        raise Trouble("that is not the number; nothing was erased")


def _typed(wanted: str) -> bool:
    try:
        return sys.stdin.readline().strip() == wanted
    except KeyboardInterrupt:
        return False


def _erasure_seen(reference: str, subject: int) -> Seen:
    from portal.deletion import service as deletion
    from portal.kernel.problems import NotFound

    try:
        found = deletion.load(reference, subject)
    except NotFound:  # not begun yet
        return Seen({})
    parts = deletion.progress(found).parts
    finished = sum(part.state == "proven" for part in parts)
    return Seen({part.title: part.state for part in parts}, found.state in ("erased", "done", "paused"), finished)


def _say(options: argparse.Namespace, outcome: dict[str, Any], line: str) -> None:
    print(json.dumps(outcome, ensure_ascii=False) if options.json else line)


def _note(line: str) -> None:
    print(line, file=sys.stderr)
