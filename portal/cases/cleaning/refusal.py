"""Why a file is not taken."""

from __future__ import annotations

from portal.kernel.problems import N_, Problem

WHY = {
    "empty": N_("This file is empty."),
    "kind": N_("This is no PDF, JPEG or PNG, whatever its name says."),
    "large": N_("This file is larger than 5 MB."),
    "many": N_("Send up to 5 files."),
    "broken": N_("This file is damaged or was cut short, so it cannot be opened."),
    "pixels": N_("This picture has too many pixels. Take it smaller, or cut it to what matters."),
    "active": N_(
        "This PDF contains programs, forms or attached files. Print it to a new PDF, or send a picture of it."
    ),
    "locked": N_("This PDF is locked with a password. Send it without one."),
}


class BadFile(Problem):
    """A file that is not taken; `why` is a word of WHY."""

    status, code = 422, "bad-file"
    say = N_("This file cannot be taken.")
    then = N_("Send a PDF, JPEG or PNG of up to 5 MB. What you wrote is still there.")

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why
        self.say = WHY[why]  # type: ignore[misc] # of this one refusal
