"""The baseline of `page`: Flask and Jinja give out a page of the same bytes, with no session and no database."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template

page = Path(os.environ["PLAIN_PAGE"])
app = Flask(__name__, template_folder=str(page.parent))


@app.get("/location")
def location() -> str:
    """Give out the page."""
    return render_template(page.name)
