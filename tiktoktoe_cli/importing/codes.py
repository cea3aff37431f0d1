"""What the codes of remarks on an import mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("import-untranslated", "A part of what was imported has no counterpart here, and was left out."),
    Code(
        "import-changed", "A part of what was imported is there, and does not mean quite the same as before."
    ),
    Code("import-inferred", "A part of what was imported is a guess: read it before you rely on it."),
    Code("import-ignored", "Parts of what was imported are about something else than what was asked for."),
)
