"""The web application, for a WSGI server."""

from portal.app import create_app

app = create_app()
