"""The baseline of `may`: Flask reads a question as JSON and answers as JSON, with no key, no limit and no database."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/may")
def may() -> Response:
    """Answer one question."""
    asked = request.get_json()["questions"]
    answers = [{"allowed": False, "reason": "not-chosen", "since": "2026-11-22T10:00:00+00:00"} for _ in asked]
    return jsonify(at="2026-11-22T10:00:00+00:00", answers=answers)
