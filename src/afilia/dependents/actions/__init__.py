"""Registering dependents, from a file or a form; confirming them, and telling of their end."""

from afilia.dependents.actions.confirming import confirm
from afilia.dependents.actions.filing import Outdated, RefusedError, file_one
from afilia.dependents.actions.registering import register
from afilia.dependents.actions.telling import announce, issue_receipt

__all__ = ["Outdated", "RefusedError", "announce", "confirm", "file_one", "issue_receipt", "register"]
