"""The web's door: a list of registrations, and the one list of rooms."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.accounts.views
import portal.api.views
import portal.cases.views
import portal.cases.views.companies
import portal.cases.views.figures
import portal.children.views
import portal.deletion.views
import portal.details.views
import portal.download.views
import portal.inbox.views
import portal.location.views
import portal.marketing.views
import portal.overview.views
import portal.policies.views
import portal.policies.views.receipts
import portal.security.views
import portal.sharing.views
import portal.staff.views
import portal.subjects.views
import portal.uses.views
from portal import config, start, web
from portal.accounts.keeping import of_people, of_staff
from portal.accounts.staff import sessions as staff_sessions
from portal.accounts.views import SESSION
from portal.config import Config, Site
from portal.kernel import db
from portal.staff.views import KEPT, STAFF_SESSION
from portal.subjects import service as subjects
from portal.web import cookies
from portal.web.guards import Crew, Session
from portal.web.keeping import Keeper
from portal.web.lean import Lean
from portal.web.shipped import shipped

ROOMS = (
    portal.overview.views,
    portal.accounts.views,
    portal.inbox.views,
    portal.details.views,
    portal.location.views,
    portal.marketing.views,
    portal.sharing.views,
    portal.uses.views,
    portal.subjects.views,
    portal.download.views,
    portal.deletion.views,
    portal.children.views,
    portal.cases.views,
    portal.security.views,
    portal.policies.views,
    portal.policies.views.receipts,
    portal.cases.views.companies,
    portal.cases.views.figures,
    portal.staff.views,
    portal.api.views,
)


@dataclass(frozen=True)
class Extension:
    """What the web storey reads of the portal."""

    site: Site


def create_app(settings: Config | None = None) -> Flask:
    """Make the web application; raises ConfigProblem where a setting is missing."""
    settings = settings or config.from_environment(os.environ)
    start.open_house(settings)
    app = Lean("portal", static_folder=None, template_folder=str(shipped("templates")))
    app.extensions["portal"] = Extension(settings.site)
    keeper = Keeper(of_people.put, of_people.load, of_people.let_go, _keep_of_staff)
    web.init_app(app, _load_session, _load_staff, portal.api.views.load_caller, keeper)
    for room in ROOMS:
        app.register_blueprint(room.room)
    app.teardown_request(_release)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def application() -> Flask:
    """Make the web application of a server's process."""
    app = create_app()
    spare_collector()
    return app


def spare_collector() -> None:
    """Take what lives as long as the process out of the collector's rounds, and make those rarer: a tenth of a page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _load_session(request: Request) -> Session | None:
    return subjects.signed_in(cookies.got(SESSION))


def _load_staff(request: Request) -> Crew | None:
    return staff_sessions.signed_in(cookies.got(STAFF_SESSION))


def _keep_of_staff(path: str, typed: Iterable[tuple[str, str]]) -> None:
    if not path.startswith(KEPT):  # what is sent from there is kept already
        of_staff.put(cookies.got(STAFF_SESSION) or "", path, typed)


def _release(error: Any) -> None:
    db.release()
