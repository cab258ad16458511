from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from afilia.audit.models import Entry
from afilia.staff import actions
from afilia.staff.models import StaffFactor, StaffMember
from tests.builders import NOW
from tests.staff.builders import make_factor, make_office, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def run(command: str, *arguments: str) -> str:
    output = StringIO()
    call_command(command, *arguments, "--by", "operador", stdout=output, stderr=StringIO())
    return output.getvalue().strip()


def test_first_account_is_added_and_its_key_is_printed() -> None:
    office = make_office(code="UIO-1")
    roles = ("--role", "counter", "--role", "supervisor")
    key = run("add-staff", "Ana@Example.org", "--names", "Ana de Prueba", "--office", "UIO-1", *roles)
    member = StaffMember.objects.get()
    assert (member.email, member.office, member.roles) == (
        "ana@example.org",
        office,
        ["counter", "supervisor"],
    )
    assert member.handed_until is not None
    assert actions.sign_in(email=member.email, key=key, address="192.0.2.7", now=NOW) == member
    assert Entry.objects.get(event="staff.added").actor == "operator:operador"


@pytest.mark.parametrize(
    ("place", "province"), [(("--province", "09"), "09"), ((), "")], ids=["province", "national"]
)
def test_without_an_office_the_official_is_of_a_province_or_of_all(
    place: tuple[str, ...], province: str
) -> None:
    run("add-staff", "ana@example.org", "--names", "Ana", "--role", "legal", *place)
    assert (StaffMember.objects.get().province, StaffMember.objects.get().office) == (province, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ana", "--names", "A", "--role", "legal"), "not an e-mail address"),
        (("ana@example.org", "--names", "A", "--role", "legal", "--office", "NADA"), "No office"),
        (("ana@example.org", "--names", "A", "--role", "counter"), "needs an --office"),
        (("ana@example.org", "--names", "A", "--role", "jefe"), "invalid choice"),
        (("ana@example.org", "--names", "A", "--role", "legal", "--province", "99"), "invalid choice"),
    ],
    ids=["address", "office", "counter", "role", "province"],
)
def test_what_cannot_be_added_is_said(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run("add-staff", *arguments)
    assert not StaffMember.objects.exists()


def test_an_existing_account_is_not_added_and_can_be_reset() -> None:
    member = make_staff()
    make_factor(member)
    with pytest.raises(CommandError, match="reset-staff"):
        run("add-staff", member.email, "--names", "A", "--role", "legal")
    key = run("reset-staff", member.email.upper())
    assert actions.sign_in(email=member.email, key=key, address="192.0.2.7", now=NOW) == member
    assert not StaffFactor.objects.exists()
    assert Entry.objects.get(event="staff.access-reset").actor == "operator:operador"


def test_who_left_or_never_was_is_not_reset() -> None:
    for email in ("nadie@example.org", make_staff(ended_at=NOW).email):
        with pytest.raises(CommandError, match="no account"):
            run("reset-staff", email)
