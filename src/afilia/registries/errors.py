class RegisterDownError(Exception):
    """A register gave no answer that can be relied on: ask again later, nothing follows from it."""
