"""How the figures of a place are shown, so that nobody finds a small one, from a total neither."""


def shown(count: int, *, step: int) -> int | None:
    """The whole steps of a count, or None below one.

    What a total has beyond the places shown is spread over all of them: up to a step less one each, and as
    much where nothing is shown. It says of no place what it has.
    """
    return count - count % step or None
