"""Files that show something: one field for every form that takes them, made harmless before anything is kept."""

from __future__ import annotations

from wtforms import ValidationError

from portal.cases.cleaning import BadFile, Clean
from portal.cases.cleaning.taking import LARGEST, MOST, checked
from portal.kernel.problems import N_
from portal.web.fields import FilesField, Form

MOST_BYTES = MOST * LARGEST + 1024 * 1024  # that such a form may bring


class FilesForm(Form):
    """What a form with files has in common; `there` is how many the request has already."""

    clean: list[tuple[str, Clean]]
    there = 0

    def validate_files(self, field: FilesField) -> None:
        """Make the files harmless, or say which cannot be taken."""
        self.clean = []
        try:
            self.clean = checked(field.data or [], self.there)
        except BadFile as problem:
            raise ValidationError(problem.say) from problem


class DocumentsForm(FilesForm):
    """Asks whoever acts for somebody else for papers that show that they may."""

    files = FilesField(
        N_("Papers that show that you may ask"),
        hint=N_(
            "A power of attorney, a court's decision, a certificate of birth or death: up to 5 files, PDF, JPEG or PNG,"
            " 5 MB each. Please send no identity card or passport. Cover what we need not see."
        ),
    )

    def validate_files(self, field: FilesField) -> None:
        """Want one at least."""
        if not field.data:
            raise ValidationError(N_("Choose a file."))
        super().validate_files(field)
