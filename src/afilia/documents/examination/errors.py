from afilia.documents.rules.files import Refusal


class FileRefusedError(Exception):
    """The file is not taken."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason
