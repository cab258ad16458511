"""Made-up employers, people and keys. Each call makes a new one; changes are fields of the model."""

import os
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count

from django.conf import settings
from django.test import Client
from django.utils import timezone

from afilia.access import actions, queries, sessions
from afilia.access.actions.keys import set_accountants_key
from afilia.access.models import Accountant, BrowserSession, Delegation, EmployerKey, KeySession
from afilia.access.rules.acts import Act
from afilia.employers.models import Branch, Employer, EmployerKind
from afilia.identifiers.person import cedula_check_digit
from afilia.identifiers.ruc import COMPANY_WEIGHTS
from afilia.registries.models import SriLoad, SriRecord, SutRecord
from afilia.registries.rules import EstablishmentState, Standing, TaxpayerKind
from afilia.workers.models import Employment, IdentityKind, IdentityNumber, Person

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # half past ten in the morning in Quito
KEY = "Clave-de-prueba-1"

# A script beside a portal that other scripts wrote to begins where they cannot have been (journeys.portal).
FIRST = int(os.environ.get("AFILIA_TEST_FIRST", "1"))
_numbers = count(FIRST)


def cedula() -> str:
    """A valid cédula of Pichincha, another at each call."""
    nine = f"17{next(_numbers):07d}"
    return f"{nine}{cedula_check_digit(nine)}"


def company_ruc() -> str:
    """A RUC of a company of Pichincha with the right check digit, another at each call."""
    while True:
        nine = f"179{next(_numbers):06d}"
        total = sum(weight * int(digit) for weight, digit in zip(COMPANY_WEIGHTS, nine, strict=False))
        check = -total % 11
        if check < 10:
            return f"{nine}{check}001"


def make_employer(**changes: object) -> Employer:
    number = next(_numbers)
    fields = {
        "ruc": company_ruc(),
        "kind": EmployerKind.COMPANY,
        "name": f"Empresa de Prueba {number} S. A.",
        "email": f"empresa{number}@example.com",
    }
    return Employer.objects.create(**fields | changes)


def make_branch(employer: Employer, **changes: object) -> Branch:
    """The branch 0001 unless `number` is given."""
    fields = {"number": "0001", "name": "Matriz", "opened_on": date(2011, 8, 24)}
    return Branch.objects.create(employer=employer, **fields | changes)


def make_taxpayer(ruc: str, **changes: object) -> SriRecord:
    """An active company with one open establishment in the local copy of the SRI's catalogue."""
    fields = {
        "number": 1,
        "name": "EMPRESA DE PRUEBA S.A.",
        "standing": Standing.ACTIVE,
        "kind": TaxpayerKind.COMPANY,
        "taxpayer_class": "GEN",
        "jurisdiction": "17",
        "started_on": date(2011, 8, 24),
        "updated_on": date(2025, 2, 3),
        "trade_name": "",
        "state": EstablishmentState.OPEN,
        "province": "PICHINCHA",
        "canton": "QUITO",
        "parish": "IÑAQUITO",
        "ciiu": "G469000",
        "activity": "VENTA AL POR MAYOR",
    }
    if "load" not in changes:
        changes["load"] = SriLoad.objects.first() or make_sri_load()
    return SriRecord.objects.create(ruc=ruc, **fields | changes)


def make_sri_load(**changes: object) -> SriLoad:
    """A file that was loaded, so that the local copy may answer."""
    fields = {"source": "prueba.csv", "loaded_at": NOW, "rows": 1}
    return SriLoad.objects.create(**fields | changes)


def make_contract(employer: Employer, **changes: object) -> SutRecord:
    """The contract of a foreigner that an employer registered in the SUT."""
    fields = {
        "kind": "passport",
        "country": "CO",
        "number": "AX123456",
        "names": "PRADA EJEMPLO LUCIA",
        "birth_on": date(1991, 4, 2),
        "registered_on": date(2026, 11, 3),
    }
    return SutRecord.objects.create(ruc=employer.ruc, **fields | changes)


def make_key(
    employer: Employer,
    *,
    number: str | None = None,
    key: str = KEY,
    branches: tuple[Branch, ...] = (),
    now: datetime = NOW,
) -> EmployerKey:
    """The key of a person, a new one without `number`, to the employer; `branches` are the only ones open."""
    made = actions.set_key(employer=employer, number=number or cedula(), key=key, now=now)
    made.branches.set(branches)
    return made


def make_accountant(*, email: str = "", now: datetime = NOW) -> Accountant:
    """An accountant whose identity is confirmed; the key is KEY."""
    number = cedula()
    key = set_accountants_key(held=None, number=number, key=KEY, now=now)
    return Accountant.objects.create(
        key=key,
        email=email or f"contador{number}@example.com",
        names="PRUEBA PEÑA LUZ MARÍA",
        confirmed_at=now,
        opened_at=now,
    )


def give_access(
    employer: Employer,
    *,
    accountant: Accountant | None = None,
    acts: Iterable[Act] = (),
    branches: Iterable[Branch] = (),
    **changes: object,
) -> Delegation:
    """An accepted access, to read only unless `acts` are given, of a new accountant unless one is."""
    accountant = accountant or make_accountant()
    fields = {
        "from_on": date(2026, 1, 1),
        "link": secrets.token_bytes(32),
        "invited_at": NOW,
        "invited_by": cedula(),
        "lapses_at": NOW,
        "accepted_at": NOW,
    }
    given = Delegation.objects.create(
        employer=employer,
        key=accountant.key,
        number=accountant.key.number,
        email=accountant.email,
        acts=[act.value for act in acts],
        **fields | changes,
    )
    given.branches.set(branches)
    return given


def make_person(*, number: str | None = None, **changes: object) -> Person:
    """A person whose identity is confirmed, with one number: a cédula unless `number` starts with 61."""
    number = number or cedula()
    fields = {"names": "PRUEBA PEÑA LUZ MARÍA", "birth_on": date(1990, 2, 28), "identity_confirmed_at": NOW}
    person = Person.objects.create(**fields | changes)
    kind = IdentityKind.FOREIGNER_CODE if number.startswith("61") else IdentityKind.CEDULA
    IdentityNumber.objects.create(person=person, number=number, kind=kind)
    return person


def make_employment(*, branch: Branch, person: Person | None = None, **changes: object) -> Employment:
    """Work in the branch since 2025, still going on unless `left_on` is given."""
    fields = {"entered_on": date(2025, 1, 2), "left_on": None}
    return Employment.objects.create(
        employer=branch.employer, branch=branch, person=person or make_person(), **fields | changes
    )


def signed_in_client(client: Client, key: EmployerKey) -> Client:
    """The same client with an open session of the key, without the work of a sign-in."""
    return with_session(client, sessions.door.entry, KeySession, key=key, key_changed_at=key.changed_at)


def with_session(client: Client, entry: str, row: type[BrowserSession], **fields: object) -> Client:
    """The same client with a new session that names a new row, begun now, under `entry`."""
    session = client.session
    session.save()
    now = timezone.now()
    digest = queries.session_digest(str(session.session_key))
    opened = row._default_manager.create(digest=digest, started_at=now, seen_at=now, **fields)
    session[entry] = opened.pk
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
