"""Logs as JSON lines, without personal data: what could hold any is replaced before it is written (RULES A7)."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# An apostrophe may stand before the @ (RFC 5322 §3.2.3), also alone: what was quoted with one loses a word too many.
_E_MAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"']+")
_PHONE = re.compile(r"\+?\d[\d .-]{7,}\d")
_TOKEN = re.compile(r"\b[A-Za-z0-9_-]{26,}\b")
_PERSONAL_KEYS = frozenset({"address", "email", "phone", "name_of_person", "token", "code", "password", "cookie"})


def redact(text: str) -> str:
    """Replace e-mail addresses, phone numbers and tokens in a text."""
    for pattern, word in ((_E_MAIL, "[e-mail]"), (_TOKEN, "[token]"), (_PHONE, "[number]")):
        text = pattern.sub(word, text)
    return text


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in _PERSONAL_KEYS:
            event[key] = "[removed]"
        elif isinstance(value, str) and key not in ("timestamp", "level"):
            event[key] = redact(value)
    return event


def start(level: str = "INFO") -> None:
    """Send our own log and the libraries' to standard error, each line redacted."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("huey").setLevel("WARNING")
