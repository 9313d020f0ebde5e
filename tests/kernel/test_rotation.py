"""Keys rotate: all that lies encrypted comes under the newest, is read as before, and the old one may go."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest

from portal.accounts.keeping import of_people
from portal.accounts.models import Identifier
from portal.details import service as details
from portal.kernel import clock, crypto, rotation
from portal.kernel.db import run
from portal.kernel.rotation import LINKS
from tests.cli.conftest import Command, command
from tests.conftest import KEY, Portal
from tests.people import Member, member

__all__ = ["command"]
NEW = base64.urlsafe_b64encode(bytes([9]) * 32).decode()


def use(*keys: str) -> None:
    crypto.use_keys("a key of the tests", keys, (KEY,))


@pytest.fixture
def mai(portal: Portal) -> Iterator[Member]:
    """Mai, of whom values lie in several tables under the key of before; a newer one is in front of it."""
    mai = member(portal, "everyday")
    details.add_statement(mai.subject, "Tài khoản này là của tôi.")
    of_people.keep(mai.account, "/details/bank_account/review", [("value", "Vietcombank 0071001234567")])
    use(NEW, KEY)
    yield mai
    use(KEY)


def rotate() -> int:
    return sum(moved.values for moved in rotation.rotate())


def read(mai: Member) -> tuple[str, str, list[tuple[str, str]]]:
    """Return what an address, a statement and a form that was kept say."""
    [said], path = details.statements(mai.subject), "/details/bank_account/review"
    number = int(of_people.latest(mai.account).rpartition("=")[2])
    return Identifier.get(Identifier.account == mai.account).value, said.text, of_people.load(mai.account, path, number)


def test_what_was_rotated_reads_as_before_and_the_old_key_can_be_dropped(mai: Member) -> None:
    before, (newest, old) = read(mai), rotation.standing()
    assert newest.values == 0 < old.values
    assert old.may_go_at is None
    assert rotate() == old.values
    assert [key.values for key in rotation.standing()] == [old.values, 0]
    use(NEW)
    assert read(mai) == before
    assert "Tài khoản này" in mai.browser.get("/details").text


def test_without_a_rotation_the_old_key_cannot_be_dropped(mai: Member) -> None:
    use(NEW)
    with pytest.raises(KeyError):
        read(mai)
    assert [(key.is_known, key.values > 0) for key in rotation.standing()] == [(True, False), (False, True)]


def test_a_second_run_finds_nothing_and_does_not_put_the_day_off(mai: Member) -> None:
    rotate()
    [_, old] = rotation.standing()
    assert old.may_go_at == (old.replaced_at or clock.now()) + LINKS
    with clock.later(timedelta(days=3)):
        assert rotate() == 0
        assert rotation.standing()[1].may_go_at == old.may_go_at


def test_what_the_old_key_sealed_later_puts_the_day_off(mai: Member) -> None:
    rotate()
    use(KEY, NEW)  # a process that was not started anew
    details.add_statement(mai.subject, "Thêm nữa.")
    use(NEW, KEY)
    assert rotation.standing()[1].may_go_at is None
    with clock.later(timedelta(days=3)):
        assert rotate() == 1
        at = rotation.standing()[1].may_go_at
        assert at is not None
        assert at > clock.now() + LINKS - timedelta(hours=1)


def test_a_run_that_was_killed_is_gone_on_with(mai: Member) -> None:
    before, stopped = read(mai), rotation.rotate()
    while not next(stopped).values:
        pass
    del stopped
    assert all(key.values for key in rotation.standing())
    rotate()
    use(NEW)
    assert read(mai) == before


def test_what_somebody_writes_meanwhile_is_not_lost(mai: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    sealing = crypto.encrypt

    def slowly(text: str, context: str) -> bytes:
        if context == "statements.text" and text != "Written meanwhile.":
            value = sealing("Written meanwhile.", context)
            run("UPDATE statements SET text = ?", value)
        return sealing(text, context)

    monkeypatch.setattr(crypto, "encrypt", slowly)
    rotate()
    assert read(mai)[1] == "Written meanwhile."


def test_a_value_that_no_key_opens_is_counted_and_left(mai: Member) -> None:
    use(base64.urlsafe_b64encode(bytes([7]) * 32).decode(), NEW)
    moved = list(rotation.rotate())
    assert sum(one.values for one in moved) == 0
    assert sum(one.unreadable for one in moved) > 3
    use(KEY)
    assert read(mai)[0] == mai.email


def test_every_column_of_secrets_is_among_those_that_are_rotated(mai: Member) -> None:
    found = {moved.table for moved in rotation.rotate()}
    assert {
        "identifiers.value",
        "corrections.new",
        "correction_parts.old",
        "case_evidence.key",
        "kept_forms.fields",
    } <= found


@pytest.mark.parametrize("urls", ["embedded"], indirect=True)
def test_an_operator_rotates_and_is_told_when_the_old_key_may_go(
    mai: Member, environ: dict[str, str], command: Command
) -> None:
    both = {**environ, "PORTAL_ENCRYPTION_KEYS": f"{NEW},{KEY}"}
    listed = command("keys", "list", environ=both)
    assert "has to stay: run portal keys rotate" in listed.stdout
    done = command("keys", "rotate", environ=both)
    assert (done.returncode, done.stderr) == (0, "")
    day = clock.now() + LINKS
    assert f"0 values, may go on {day:%d %B %Y}" in done.stdout
    alone = command("keys", "list", environ={**environ, "PORTAL_ENCRYPTION_KEYS": NEW})
    assert (alone.returncode, len(alone.stdout.splitlines())) == (0, 1)
    made = command("keys", "new", environ=environ).stdout.strip()
    assert len(base64.urlsafe_b64decode(made)) == 32
