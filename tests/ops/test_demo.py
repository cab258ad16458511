from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from afilia.access import actions as access
from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.dependents.models import Dependent
from afilia.employers.models import Branch, Employer
from afilia.identifiers.person import person_number_fault
from afilia.identifiers.ruc import RucFault, ruc_fault
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.ops import demo
from afilia.ops.demo import cases, loading
from afilia.registries import sri
from afilia.registries.models import CivilRecord, SriRecord
from afilia.workers.models import Employment, IdentityNumber, Person

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> None:
    assert loading.load(now=NOW)


def workers(file: str) -> set[str]:
    return {line.split(";")[5] for line in (demo.SAMPLES / file).read_text("ascii").splitlines()}


@pytest.mark.usefixtures("loaded")
class TestDemo:
    def test_loading_again_changes_nothing(self) -> None:
        tables = [Employer, Branch, EmployerKey, Person, Employment, Filing, Novedad, CivilRecord, Entry]
        before = [table.objects.count() for table in tables]
        assert not loading.load(now=NOW)
        assert [table.objects.count() for table in tables] == before

    def test_every_printed_key_signs_in_to_its_employer_and_branches(self) -> None:
        for key in demo.KEYS:
            held = access.sign_in(number=key.number, key=key.key, address="192.0.2.1", now=NOW)
            assert isinstance(held, EmployerKey)
            assert held.employer.ruc == key.ruc
            assert tuple(held.branches.values_list("number", flat=True)) == key.branches
        assert {key.branches for key in demo.KEYS} == {(), ("0002",)}

    def test_every_identification_is_valid(self) -> None:
        numbers = [
            *IdentityNumber.objects.values_list("number", flat=True),
            *(key.number for key in demo.KEYS),
        ]
        assert [number for number in numbers if person_number_fault(number, foreigner_prefixes=["61"])] == []
        assert [ruc for ruc in Employer.objects.values_list("ruc", flat=True) if ruc_fault(ruc)] == []

    def test_nobody_of_the_samples_works_anywhere_yet(self) -> None:
        sampled = workers("ENT_2026-10.txt") | workers("domestic_ENT_2026-11.txt")
        assert len(sampled) == 400
        assert not IdentityNumber.objects.filter(number__in=sampled).exists()

    def test_the_register_knows_all_but_a_handful_of_them(self) -> None:
        sampled = workers("ENT_2026-10.txt")
        known = set(CivilRecord.objects.values_list("cedula", flat=True))
        assert len(sampled - known) == 5
        assert workers("domestic_ENT_2026-11.txt") <= known

    def test_the_history_is_in_one_branch_and_in_the_public_entity(self) -> None:
        places = Employment.objects.values_list("employer__ruc", "branch__number").annotate(Count("pk"))
        assert set(places) == {("1799998242001", "0002", 80), ("1769925570001", "0001", 40)}

    def test_a_notice_by_form_a_corrected_and_an_annulled_one_are_there(self) -> None:
        filings = Filing.objects.filter(channel=Channel.FORM, novedades__isnull=False).order_by("pk")
        rows = Novedad.objects.filter(filing__in=filings).order_by("filing", "line")
        assert [(row.kind, row.revision, row.annulled) for row in rows] == [
            ("MSU", 0, False),
            ("MSU", 0, False),
            ("MSU", 1, False),
            ("SAL", 0, False),
            ("SAL", 1, True),
        ]

    def test_the_history_agrees_with_the_state(self) -> None:
        annulled = Novedad.objects.filter(annulled=True).values("employment")
        in_force = Novedad.objects.exclude(kind="SAL", employment__in=annulled)
        kinds = Counter(in_force.values_list("kind", flat=True))
        assert kinds["ENT"] == Employment.objects.count() == 120
        assert kinds["SAL"] == Employment.objects.filter(left_on__isnull=False).count() > 10
        assert kinds["MSU"] > 120
        assert kinds["INS"] > 50
        outside = Novedad.objects.annotate(
            first=F("employment__entered_on__year") * 100 + F("employment__entered_on__month"),
            last=F("employment__left_on__year") * 100 + F("employment__left_on__month"),
        ).filter(Q(period__lt=F("first")) | Q(period__gt=F("last")))
        assert not outside.exists()

    def test_the_natural_key_is_that_of_the_layouts(self) -> None:
        monthly = Novedad.objects.filter(kind__in=["MSU", "INS"])
        assert {novedad.subject == str(novedad.period) for novedad in monthly} == {True}
        assert set(Novedad.objects.exclude(kind__in=["MSU", "INS"]).values_list("subject", flat=True)) == {""}

    def test_nothing_was_filed_late(self) -> None:
        late = [
            novedad
            for novedad in Novedad.objects.select_related("filing")
            if novedad.due_on and novedad.filing.filed_at.date() > novedad.due_on
        ]
        assert late == []

    def test_the_sri_knows_every_employer_with_a_ruc_of_its_own(self) -> None:
        rucs = Employer.objects.exclude(kind="domestic").values_list("ruc", flat=True)
        assert rucs
        for ruc in rucs:
            taxpayer = sri.look_up(ruc)
            assert taxpayer
            assert taxpayer.standing is sri.Standing.ACTIVE

    def test_the_sri_knows_more_to_try_the_registration_with(self) -> None:
        asking = [raw["ruc"] for raw in cases.DATA["case"]]  # they are employers where there are officials
        others = SriRecord.objects.exclude(ruc__in=Employer.objects.values("ruc")).exclude(ruc__in=asking)
        standings = Counter(others.order_by().distinct("ruc").values_list("standing", flat=True))
        assert standings == {"ACTIVO": 5, "PASIVO": 1, "SUSPENDIDO": 1}
        faults = {ruc_fault(ruc) for ruc in others.values_list("ruc", flat=True)}
        assert faults <= {None, RucFault.UNVERIFIED}

    def test_one_dependent_is_about_to_reach_the_age(self) -> None:
        ends = [
            *Dependent.objects.filter(limit_on__isnull=False).order_by("until_on").values_list("until_on")
        ]
        assert Dependent.objects.count() == 3
        assert [(end - NOW.date()).days < 30 for (end,) in ends] == [True, False]

    def test_the_ledger_knows(self) -> None:
        assert Entry.objects.filter(event="demo.loaded").count() == 1


def test_it_refuses_a_real_portal(settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="AFILIA_DEMO=1"):
        call_command("demo")


def test_it_leaves_a_database_with_employers_alone() -> None:
    Employer.objects.create(ruc="1790012345001", kind="company", name="X")
    assert not loading.load(now=NOW)
    assert Employer.objects.count() == 1
