"""The only writer of issued documents, of received files and of trust roots."""

from afilia.documents.actions.issuing import issue
from afilia.documents.actions.receiving import Prepared, discard, keep, prepare, receive, tidy
from afilia.documents.actions.scanning import ask_authorities, ask_due_authorities, scan, scan_waiting
from afilia.documents.actions.trust import NotARootError, add_trust_roots, remove_trust_root
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.examination.sandbox import BusyError

__all__ = [
    "BusyError",
    "FileRefusedError",
    "NotARootError",
    "Prepared",
    "add_trust_roots",
    "ask_authorities",
    "ask_due_authorities",
    "discard",
    "issue",
    "keep",
    "prepare",
    "receive",
    "remove_trust_root",
    "scan",
    "scan_waiting",
    "tidy",
]
