"""The web application, for a WSGI server."""

from portal.app import application

app = application()
