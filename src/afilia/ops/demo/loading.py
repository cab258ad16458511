from collections import Counter
from datetime import date, datetime
from random import Random

from django.db import transaction

from afilia.access import actions as access
from afilia.audit import actions as audit
from afilia.employers.models import Branch, Employer
from afilia.identifiers import person
from afilia.ops import demo
from afilia.ops.demo import accountants, attendance, dependents, history, notices, offices, payroll, staff
from afilia.registries.models import CivilRecord, SriLoad, SriRecord, SutRecord
from afilia.registries.rules import Standing, TaxpayerKind

SEED = 2026


@transaction.atomic
def load(*, now: datetime) -> bool:
    """Fill a database that has no employer with the demo; say whether it did."""
    if Employer.objects.exists():
        return False
    employers = _employers(now=now)
    _keys(employers, now=now)
    random = Random(SEED)  # noqa: S311  the demo is the same on every machine
    sampled = _sampled_workers()
    taken = {*sampled, accountants.NUMBER, *(key.number for key in demo.KEYS)}
    records = [_record(number, random) for number in _known(sampled)]
    records += [
        CivilRecord(cedula=key.number, names=key.name, birth_on=date(1979, 5, 24)) for key in demo.KEYS
    ]
    records.append(
        CivilRecord(
            cedula=accountants.NUMBER, names=demo.DATA["accountant"]["name"], birth_on=date(1979, 5, 24)
        )
    )
    counts: Counter[str] = Counter()
    for workforce in demo.DATA["staff"]:
        people = [_record(_new_number(taken, random), random) for _ in range(workforce["workers"])]
        branch = Branch.objects.select_related("employer").get(
            employer__ruc=workforce["ruc"], number=workforce["branch"]
        )
        counts += history.write(branch=branch, people=people, staff=workforce, random=random)
        records += people
    records += [
        CivilRecord(cedula=raw["ruc"][: person.LENGTH], names=raw["name"], birth_on=date(1979, 5, 24))
        for raw in demo.DATA["taxpayer"]
        if raw["kind"] == TaxpayerKind.PERSON
    ]
    CivilRecord.objects.bulk_create(records)
    _taxpayers(now=now)
    SutRecord.objects.bulk_create(SutRecord(**raw) for raw in demo.DATA["contract"])
    dependents.load(now=now)
    payroll.load(now=now)
    notices.load(now=now)
    offices.load(now=now)
    accountants.load(now=now)
    staff.load(now=now)
    attendance.load(now=now)
    audit.record("demo.loaded", actor="system", subject="demo", at=now, facts=dict(counts))
    return True


def _employers(*, now: datetime) -> dict[str, Employer]:
    employers = {}
    for raw in demo.DATA["employer"]:
        employer = Employer.objects.create(
            ruc=raw["ruc"],
            kind=raw["kind"],
            name=raw["name"],
            email=raw["email"],
            email_verified_at=now if raw["email"] else None,
        )
        Branch.objects.bulk_create(Branch(employer=employer, **branch) for branch in raw["branches"])
        employers[employer.ruc] = employer
    return employers


def _keys(employers: dict[str, Employer], *, now: datetime) -> None:
    for demo_key in demo.KEYS:
        employer = employers[demo_key.ruc]
        key = access.set_key(employer=employer, number=demo_key.number, key=demo_key.key, now=now)
        key.branches.set(Branch.objects.filter(employer=employer, number__in=demo_key.branches))


def _taxpayers(*, now: datetime) -> None:
    records = [
        SriRecord(
            ruc=raw["ruc"],
            number=number,
            name=raw["name"],
            standing=raw["standing"],
            kind=raw["kind"],
            taxpayer_class="GEN",
            jurisdiction="17",
            started_on=date(2011, 8, 24),
            updated_on=date(2025, 2, 3),
            suspended_on=None if raw["standing"] == Standing.ACTIVE else date(2024, 3, 1),
            trade_name="",
            state=state,
            province="PICHINCHA",
            canton="QUITO",
            parish="IÑAQUITO",
            ciiu="G469000",
            activity=raw["activity"],
        )
        for raw in demo.DATA["taxpayer"]
        for number, state in enumerate(raw["establishments"], start=1)
    ]
    load = SriLoad.objects.create(source="data.toml", loaded_at=now, rows=len(records))
    for record in records:
        record.load = load
    SriRecord.objects.bulk_create(records)


def _sampled_workers() -> list[str]:
    """The workers of the sample files in the order of their lines."""
    lines = (demo.SAMPLES / "ENT_2026-10.txt").read_text("ascii").splitlines()
    return [line.split(";")[5] for line in lines]


def _known(sampled: list[str]) -> list[str]:
    unconfirmed = set(demo.DATA["unconfirmed"]["lines"])
    return [number for line, number in enumerate(sampled, start=1) if line not in unconfirmed]


def _record(number: str, random: Random) -> CivilRecord:
    names = demo.DATA["names"]
    full = " ".join([*random.sample(names["last"], 2), *random.sample(names["first"], 2)])
    birth = date.fromordinal(random.randint(date(1962, 1, 1).toordinal(), date(2005, 12, 31).toordinal()))
    return CivilRecord(cedula=number, names=full, birth_on=birth)


def _new_number(taken: set[str], random: Random) -> str:
    while True:
        nine = f"{random.randint(1, 24):02d}{random.randint(0, 5)}{random.randint(0, 999_999):06d}"
        if (number := demo.cedula(nine)) not in taken:
            taken.add(number)
            return number
