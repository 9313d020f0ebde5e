"""What an operator sets: the environment for secrets and places, `site.toml` for what people write.

Read once at the start; a missing secret stops the start with one clear line.
"""

from portal.config.others import CookieKind, Recipient
from portal.config.post import Mail
from portal.config.problems import ConfigProblem
from portal.config.process import Config, active, from_environment, site, use
from portal.config.purposes import NEVER, OPT_IN, OPT_OUT, Channel, Purpose, Topic, Use, Words
from portal.config.site import Site, read_site

__all__ = [
    "NEVER",
    "OPT_IN",
    "OPT_OUT",
    "Channel",
    "Config",
    "ConfigProblem",
    "CookieKind",
    "Mail",
    "Purpose",
    "Recipient",
    "Site",
    "Topic",
    "Use",
    "Words",
    "active",
    "from_environment",
    "read_site",
    "site",
    "use",
]
