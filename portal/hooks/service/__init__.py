"""What hooks does: it tells who listens what changed, and knows whether they have heard it."""

from portal.hooks.models import Told, is_listened_to, is_unheard
from portal.hooks.service.sending import deliver
from portal.hooks.service.telling import again, changed, erased, listeners, of_ledger, published

__all__ = ["Told", "again", "changed", "deliver", "erased", "is_listened_to", "is_unheard", "listeners", "of_ledger"]
__all__ += ["published"]
