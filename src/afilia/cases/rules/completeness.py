"""What a case still lacks before it can go on."""

from collections.abc import Iterable, Mapping

from afilia.procedures.rules import Requirement


def missing(asked: Iterable[Requirement], *, put: Mapping[str, str]) -> list[str]:
    """The slots without a document that serves them; `put` has the slug of the document in each."""
    return [one.slug for one in asked if one.option(put.get(one.slug, "")) is None]
