"""Small figures by place are not shown, nor what would give them away."""

from collections.abc import Mapping


def shown(counts: Mapping[str, int], *, least: int) -> dict[str, int | None]:
    """The counts of parts of a known total; None where it is not shown.

    A part below `least` is not shown. So that nobody finds it from the total, the smallest of the others are
    not shown either, until those that are missing are two or more and together no fewer than `least`. A part
    with nothing in it tells of nobody.
    """
    hidden = {part for part, count in counts.items() if 0 < count < least}
    others = sorted((count, part) for part, count in counts.items() if count >= least)
    while hidden and others and (len(hidden) == 1 or sum(counts[part] for part in hidden) < least):
        hidden.add(others.pop(0)[1])
    return {part: None if part in hidden else count for part, count in counts.items()}
