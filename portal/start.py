"""What every door does first: keys, database, systems and queue of one process. Opens no connection yet."""

from __future__ import annotations

from portal import config
from portal.cases import deadlines
from portal.config import Config
from portal.kernel import crypto, db, logs, work
from portal.notices.push import vapid
from portal.sources import registry
from portal.sources.own import OwnSource
from portal.web import words


def open_house(settings: Config) -> None:
    """Make a process ready to serve or to work with these settings."""
    logs.start()
    config.use(settings)
    deadlines.check(settings.site)
    words.check(settings.site.languages, settings.site.room_languages)
    crypto.use_keys(settings.secret_key, settings.encryption_keys, settings.hash_keys)
    vapid.check(settings.push_key)
    db.connect(settings.database_url)
    own = OwnSource(f"{settings.site.name} {settings.site.product}")
    registry.use(registry.load(settings.sources, settings.environ, own))
    work.open_queue(settings.queue_url, settings.lease_seconds)
