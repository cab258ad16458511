"""The road by documents: for whom it is, its two ways, and what to bring, from the catalogue."""

from dataclasses import dataclass

from afilia.procedures.catalogue import load
from afilia.procedures.rules import ApplicantText, Procedure, Text

RECOVERY, FIRST_KEY = "recuperacion-clave", "clave-patronal"


@dataclass(frozen=True, kw_only=True)
class Guide:
    cases: tuple[Text, ...]  # in which a key is not recovered online
    first_key: Procedure
    sources: tuple[Procedure, ...]
    kinds: tuple[ApplicantText, ...]


def guide() -> Guide:
    catalogue = load()
    recovery, first_key = catalogue.procedures[RECOVERY], catalogue.procedures[FIRST_KEY]
    return Guide(
        cases=recovery.exceptions,
        first_key=first_key,
        sources=(first_key, recovery),
        kinds=tuple(catalogue.applicants[kind] for kind in first_key.applicants),
    )
