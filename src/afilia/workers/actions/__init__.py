"""The only writer of people and their numbers, but for the bulk of notices of entry (`novedades.actions`)."""

from afilia.workers.actions.codes import HasCodeError, SeriesFullError, issue_code
from afilia.workers.actions.importing import Imported, NothingImportedError, import_codes
from afilia.workers.actions.joining import JoinRefusedError, join, lock_people, undo

__all__ = [
    "HasCodeError",
    "Imported",
    "JoinRefusedError",
    "NothingImportedError",
    "SeriesFullError",
    "import_codes",
    "issue_code",
    "join",
    "lock_people",
    "undo",
]
