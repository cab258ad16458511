"""The RUC: the number of a taxpayer, and of an employer."""

from enum import StrEnum

from afilia.identifiers import person

LENGTH = 13
PUBLIC_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)  # the last is that of the check digit, here and below
COMPANY_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
DOMESTIC_ENDING = "000"  # procedure sheets: the cédula and 000 in the RUC field


class RucFault(StrEnum):
    """What is wrong with a RUC; UNVERIFIED alone does not make it wrong."""

    FORMAT = "format"
    THIRD_DIGIT = "third-digit"
    PROVINCE = "province"
    CHECK_DIGIT = "check-digit"
    ESTABLISHMENT = "establishment"
    UNVERIFIED = "unverified"


# The SRI states that RUCs with third digit 6 or 9 come from no algorithm, and active companies fail it.
NOT_AN_ERROR = frozenset({RucFault.UNVERIFIED})


def ruc_fault(ruc: str) -> RucFault | None:
    """The first fault of a RUC, the domestic form (cédula + 000) included; None when it has none."""
    if not person.are_digits(ruc, LENGTH):
        return RucFault.FORMAT
    match ruc[2]:
        case "7" | "8":
            return RucFault.THIRD_DIGIT
        case "9":
            return _body_fault(ruc, COMPANY_WEIGHTS, no_establishment="000")
        case "6" if _cedula_fault(ruc):
            return _body_fault(ruc, PUBLIC_WEIGHTS, no_establishment="0000")
        case _:
            fault = _cedula_fault(ruc)
            return RucFault(fault.value) if fault else None


def is_domestic(ruc: str) -> bool:
    """Whether `ruc` is a valid cédula followed by 000, as domestic employers write it."""
    return person.are_digits(ruc, LENGTH) and ruc.endswith(DOMESTIC_ENDING) and _cedula_fault(ruc) is None


def _cedula_fault(ruc: str) -> person.Fault | None:
    return person.person_number_fault(ruc[: person.LENGTH], foreigner_prefixes=())


def _body_fault(ruc: str, weights: tuple[int, ...], *, no_establishment: str) -> RucFault | None:
    if ruc.endswith(no_establishment):
        return RucFault.ESTABLISHMENT
    total = sum(weight * int(digit) for weight, digit in zip(weights, ruc, strict=False))
    if int(ruc[:2]) not in person.PROVINCES or total % 11:
        return RucFault.UNVERIFIED
    return None
