"""Whether a paper that the portal issued is the one that a slot asks for."""

from enum import StrEnum


class PaperFault(StrEnum):
    KIND = "kind"  # another of our papers
    NUMBER = "number"  # that of another registration


def fault(*, asked: str, number: str, kind: str, found: str) -> PaperFault | None:
    """Why one of our papers does not serve; None when it does, or when nothing can be said.

    `asked` is the kind that the slot takes and `number` that of the employer's registration, `kind` and
    `found` are those of the paper; empty where there is none. A file that we do not know again is for an
    official to judge: some programs write a PDF anew when they sign it.
    """
    if not asked or not kind:
        return None
    if kind != asked:
        return PaperFault.KIND
    return PaperFault.NUMBER if number and found != number else None
