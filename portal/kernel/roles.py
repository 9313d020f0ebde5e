"""What somebody of the staff may be: each page and each act names the roles that may use it; none implies another."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["admin", "approver", "staff"]
ROLES: tuple[Role, ...] = get_args(Role)
