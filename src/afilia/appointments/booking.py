"""Who books, as the pages know them."""

from dataclasses import dataclass
from typing import Any

from afilia.appointments.rules.states import Identity


@dataclass(frozen=True, kw_only=True)
class Who:
    """The person to be attended, how to reach them, and in whose name they come."""

    identity: Identity
    names: str
    email: str
    phone: str
    applicant: str = ""  # kind of the catalogue of procedures
    who_comes: str = ""
    ruc: str = ""

    def fields(self) -> dict[str, Any]:
        """The columns of models.Person, but for the procedure."""
        return {
            "kind": self.identity.kind,
            "number": self.identity.number,
            "country": self.identity.country,
            "names": self.names,
            "email": self.email.lower(),
            "phone": self.phone,
            "applicant": self.applicant,
            "who_comes": self.who_comes,
            "ruc": self.ruc,
        }
