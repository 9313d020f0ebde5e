"""The pages of accounts: one module a way in, all on one blueprint."""

from portal.accounts.views import handoff, onward, password, sign_up
from portal.accounts.views.signing_in import SESSION, network, room, with_attempt

__all__ = ["SESSION", "handoff", "network", "onward", "password", "room", "sign_up", "with_attempt"]
