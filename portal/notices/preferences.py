"""Where somebody chooses from a mail, without signing in, what may be sent to them; the page is the marketing room's.

The address holds the number of an account, encrypted: nobody can make one up, and it says nothing of whose it is.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag

from portal import config
from portal.kernel import crypto
from portal.kernel.problems import NotFound

_CONTEXT = "preferences"


def address(account_id: int) -> str:
    """Return the address of somebody's page; it works for as long as the account is there."""
    token = urlsafe_b64encode(crypto.encrypt(str(account_id), _CONTEXT)).decode().rstrip("=")
    return f"{config.site().base_url}/preferences/{token}"


def opened(token: str) -> int:
    """Return the account that an address is about; NotFound for one that was made up."""
    try:
        return int(crypto.decrypt(urlsafe_b64decode(token + "=" * (-len(token) % 4)), _CONTEXT))
    except (ValueError, KeyError, InvalidTag) as error:
        raise NotFound from error
