"""The pages of accounts: one module a way in, all on one blueprint."""

from portal.accounts.views import password, sign_up
from portal.accounts.views.signing_in import SESSION, room

__all__ = ["SESSION", "password", "room", "sign_up"]
