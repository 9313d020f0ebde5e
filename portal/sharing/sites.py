"""What the company's other sites load: the script that asks which cookies may be set, and obeys the answer."""

from __future__ import annotations

import json
from functools import lru_cache
from urllib.parse import urlsplit

from portal import config
from portal.config import Site
from portal.kernel.problems import N_
from portal.web import words
from portal.web.shipped import shipped

_SAID = {
    "title": N_("Cookies on this site"),
    "text": N_("You decide. Nothing but what is necessary runs before you do."),
    "none": N_("Refuse all"),
    "all": N_("Allow all"),
    "choose": N_("Choose"),
    "save": N_("Save"),
    "always": N_("always on"),
    "signal": N_("off, because your browser asks for it"),
    "more": N_("About cookies"),
}


def script() -> str:
    """Return the script with the site's kinds of cookies, domain and words in it."""
    return _script(config.site())


@lru_cache(maxsize=4)
def _script(site: Site) -> str:
    source = (shipped("static") / "site-choices.js").read_text(encoding="utf-8")
    return f"{source.rstrip()}({json.dumps(_told(site), ensure_ascii=True)});\n"


def _told(site: Site) -> dict[str, object]:
    kinds = [
        {"id": kind.id, "title": kind.title, "about": kind.about, "needed": kind.needed, "bySignal": kind.by_signal}
        for kind in site.cookies
    ]
    said = {code: _words(code) for code in site.languages}
    address = urlsplit(site.base_url)._replace(path="/privacy-policy").geturl()
    return {"kinds": kinds, "words": said, "domain": site.cookie_domain, "days": site.cookie_days, "policy": address}


def _words(language: str) -> dict[str, str]:
    say = words.of(language).say
    return {name: say(text) for name, text in _SAID.items()}
