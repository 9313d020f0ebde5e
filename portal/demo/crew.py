"""The staff of the demo world, with second factors that everybody may know: `python -m portal.demo.crew` lays them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from portal.accounts.staff import totp
from portal.accounts.staff.models import StaffAccount
from portal.accounts.staff.signing_in import HASHED
from portal.kernel import clock, crypto
from portal.kernel.roles import Role


@dataclass(frozen=True)
class Member:
    """A member of the demo's staff. The secret is no secret."""

    email: str
    name: str
    role: Role
    secret: str
    language: str = "en"


CREW = (
    Member("an.admin@example.com", "Lý Thu An", "admin", "DEMOADMINDEMOADMINDEMOADMINDEMOA"),
    Member("phuc.approver@example.com", "Đỗ Hồng Phúc", "approver", "DEMOAPPROVERDEMOAPPROVERDEMOAPPR"),
    Member("sam.staff@example.com", "Sam Staff", "staff", "DEMOSTAFFDEMOSTAFFDEMOSTAFFDEMOS"),
)


def lay() -> None:
    """Add the members that are not there yet, ready to sign in; those that are there stay as they are."""
    for member in CREW:
        facts = {"email": member.email, "name": member.name, "role": member.role, "language": member.language}
        ready = {
            "totp_secret": member.secret,
            "confirmed_at": clock.now(),
            "hash": crypto.keyed_hash(HASHED, member.email),
        }
        StaffAccount.insert({**facts, **ready}).on_conflict_ignore().execute()


def code(member: Member) -> str:
    """Return what the member's authenticator app shows now."""
    return totp.code_at(member.secret, totp.step_of(clock.now()))


def seconds_left() -> int:
    """Return for how many seconds it shows that."""
    return totp.STEP - int(clock.now().timestamp()) % totp.STEP


if __name__ == "__main__":
    from portal import config, start
    from portal.demo import programs

    start.open_house(config.from_environment(os.environ))
    lay()
    programs.lay()
