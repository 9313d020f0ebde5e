"""The demo's next privacy policy, which begins some weeks after the demo: `python -m portal.demo.coming` publishes it.

It is written and published as staff do it, so everybody who signed in before is told of it, and asked to accept it.
"""

from __future__ import annotations

import os
from datetime import timedelta

from portal.config import Site
from portal.kernel import clock
from portal.policies import service

VERSION, DAYS = "3", 45
CHANGES = ("location.level",)  # the use that is new: how busy a space is


def publish(site: Site) -> None:
    """Publish it, once."""
    known = {version.version for version in service.drafts() if version.document == service.NOTICE}
    if VERSION in known:
        return
    draft = service.create(service.NOTICE, False, 0)
    for language, before in service.draft(draft.id).texts.items():
        parts = [site.policies / service.NOTICE / f"{VERSION}.{language}{part}.html" for part in (".summary", "")]
        summary, text = (part.read_text(encoding="utf-8") for part in parts)
        service.write(draft.id, language, summary, text, before.sha256, 0)
    service.schedule(draft.id, clock.today() + timedelta(days=DAYS), CHANGES, 0)


if __name__ == "__main__":
    from portal import start
    from portal.config import from_environment

    settings = from_environment(os.environ)
    start.open_house(settings)
    publish(settings.site)
