"""What was found where staff looked by hand."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length

from portal.cases.forms.documents import FilesForm
from portal.kernel.problems import N_
from portal.sources.checklists import LONGEST
from portal.web.fields import AreaField, ChoiceField, FilesField, choice


class LookedForm(FilesForm):
    """Asks what came of a look, and for the evidence."""

    outcome = ChoiceField(
        N_("What came of it?"),
        choices=[
            choice("done", N_("Found: it is done")),
            choice("nothing", N_("Nothing was found")),
        ],
        validators=[InputRequired(N_("Choose what came of it."))],
    )
    words = AreaField(
        N_("Evidence"),
        hint=N_("Where you looked, what you found or did, when and with whom. For an erasure, without any name."),
        validators=[
            InputRequired(N_("Say where you looked and what you found or did.")),
            Length(max=LONGEST, message=N_("This is too long.")),
        ],
    )
    files = FilesField(
        N_("Files that show it, if there are any"),
        hint=N_(
            "A record of the destruction, a photo: up to 5 files, PDF, JPEG or PNG, 5 MB each. Only staff can download"
            " them. For an erasure, nothing that names the person."
        ),
    )
