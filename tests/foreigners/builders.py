"""Made-up requests for codes, powers and what is asked for. Each call makes a new one."""

from datetime import date, datetime
from itertools import count
from typing import Any

from afilia.documents.models import ReceivedFile
from afilia.employers.models import Employer, Representative
from afilia.employers.rules import Document
from afilia.foreigners.actions import deciding, preparing
from afilia.foreigners.actions.deciding import Received
from afilia.foreigners.asking import Asked, Comes, Signer
from afilia.foreigners.models import CodeRequest, Power
from afilia.foreigners.queries.showing import bring
from afilia.foreigners.rules.deciding import Arrival, Compared, checklist
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.procedures.rules import WhoComes
from afilia.staff.rules import Staff
from tests.builders import NOW, cedula, make_contract, make_employer, make_taxpayer

BIRTH = date(1991, 4, 2)
ACCOUNT = "Trabajará como soldadora en el taller de Quito desde el lunes y no tiene cédula."

_numbers = count(1)


def make_open_employer(**changes: object) -> Employer:
    """An employer active at the SRI, with a representative by law."""
    employer = make_employer(email_verified_at=NOW, province="17", **changes)
    make_taxpayer(employer.ruc)
    Representative.objects.create(
        employer=employer,
        document=Document.CEDULA,
        number=cedula(),
        names="ROJAS MAYA ELENA",
        confirmed_at=NOW,
    )
    return employer


def make_asked(employer: Employer, *, contract: bool = True, **changes: Any) -> Asked:
    """What the employer asks for a passport, another at each call; with `contract` the SUT has the same."""
    number = f"PA{next(_numbers):06d}"
    fields: dict[str, Any] = {
        "signer": Signer(
            document=Document.CEDULA, number=employer.representative.number, names="ROJAS MAYA ELENA"
        ),
        "who_comes": WhoComes.EMPLOYER,
        "comes": None,
        "power": None,
        "document": DocumentId(kind=DocumentKind.PASSPORT, country="CO", number=number),
        "names": f"PRADA EJEMPLO LUCIA {number}",
        "birth_on": BIRTH,
        "account": ACCOUNT,
    } | changes
    asked = Asked(**fields)
    if contract:
        make_contract(
            employer,
            kind=asked.document.kind.value,
            country=asked.document.country,
            number=asked.document.number,
            names=asked.names,
            birth_on=asked.birth_on,
        )
    return asked


def make_request(
    employer: Employer | None = None, *, now: datetime = NOW, by_number: str = "1700000001", **changes: Any
) -> CodeRequest:
    """A request that was prepared with a key."""
    employer = employer or make_open_employer()
    return preparing.prepare(
        employer=employer,
        asked=make_asked(employer, **changes),
        by_number=by_number,
        actor="holder:1",
        now=now,
    )


def make_comes(**changes: Any) -> Comes:
    return Comes(**{"document": Document.CEDULA, "number": cedula(), "names": "LARA QUISPE TOMÁS"} | changes)


def make_power(employer: Employer, **changes: object) -> Power:
    """A power that the legal unit of Pichincha has not judged, good for half a year."""
    file = ReceivedFile.objects.create(
        kind="pdf",
        name="poder.pdf",
        size=1000,
        pages=2,
        sha256=f"{next(_numbers):064d}",
        received_sha256="0" * 64,
        received_at=NOW,
    )
    fields = {
        "document": Document.CEDULA,
        "number": cedula(),
        "names": "LARA QUISPE TOMÁS",
        "notary": "Notaría Décima de Quito",
        "deed": "2026-17-01-10-P001",
        "granted_on": date(2026, 6, 1),
        "valid_from": date(2026, 6, 1),
        "valid_until": date(2027, 5, 31),
        "scope": "codigo-extranjeros",
        "province": "17",
        "file": file,
        "submitted_at": NOW,
        "by_number": "1700000001",
    }
    return Power.objects.create(employer=employer, **fields | changes)


def make_comparison(request: CodeRequest, **changes: Any) -> Compared:
    """What an official says for whom all is in order."""
    fields = {
        "revision": request.revision,
        "ticked": frozenset(item.slug for item in checklist(bring(request))),
        "number": request.number,
        "is_equal": True,
        "is_another": False,
    }
    return Compared(**fields | changes)


def make_opened(request: CodeRequest, clerk: Staff, *, now: datetime = NOW) -> CodeRequest:
    """The request, open at the official's office."""
    came = Received(arrival=Arrival.WALK_IN)
    return deciding.open_here(request=request, received=came, by=clerk, now=now)


def issue(
    request: CodeRequest,
    clerk: Staff,
    *,
    arrival: Arrival = Arrival.WALK_IN,
    now: datetime = NOW,
    **changes: Any,
) -> CodeRequest:
    """Issue the code of a request that is open at the official's office."""
    return deciding.issue(
        request=request,
        compared=make_comparison(request, **changes),
        received=lambda _: Received(arrival=arrival),
        by=clerk,
        now=now,
    )
