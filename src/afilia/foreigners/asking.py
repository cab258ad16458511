"""What is asked for and by whom, on its way from the pages to the actions."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from afilia.employers.rules import Document
from afilia.identifiers.foreign import DocumentId
from afilia.procedures.rules import WhoComes
from afilia.registries.contracts import Contract, Field


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who asks and signs: the employer, or who represents it by law."""

    document: Document
    number: str
    names: str
    country: str = ""  # of a document issued abroad


@dataclass(frozen=True, kw_only=True)
class Comes:
    """Who comes for the employer; beside a foreigner code, a passport or visa is shown too."""

    document: Document
    number: str
    names: str
    passport: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that a request says; `comes` is None where the employer comes."""

    signer: Signer
    who_comes: WhoComes
    comes: Comes | None
    power: UUID | None
    document: DocumentId
    names: str
    birth_on: date
    account: str

    def fields(self) -> dict[str, Any]:
        """The columns of models.CodeRequest, but for the power."""
        return {
            "signer_document": self.signer.document.value,
            "signer_number": self.signer.number,
            "signer_country": self.signer.country,
            "signer_names": self.signer.names,
            "who_comes": self.who_comes.value,
            "comes_document": self.comes.document.value if self.comes else "",
            "comes_number": self.comes.number if self.comes else "",
            "comes_names": self.comes.names if self.comes else "",
            "comes_passport": self.comes.passport if self.comes else "",
            "comes_country": self.comes.country if self.comes else "",
            "document": self.document.kind.value,
            "number": self.document.number,
            "country": self.document.country,
            "names": self.names,
            "birth_on": self.birth_on,
            "account": self.account,
        }


def contract_fields(contract: Contract) -> dict[Field, str]:
    """What a contract of the SUT says, as a request keeps it."""
    return {
        Field.KIND: contract.document.kind.value,
        Field.COUNTRY: contract.document.country,
        Field.NUMBER: contract.document.number,
        Field.NAMES: contract.names,
        Field.BIRTH: contract.birth_on.isoformat(),
    }
