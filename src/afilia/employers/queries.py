from django.conf import settings

from afilia.employers.models import EmailChange, Employer, Registration
from afilia.employers.rules import ChangeState, Identity, identity
from afilia.kit import codes
from afilia.registries import civil


def is_registered(ruc: str) -> bool:
    return Employer.objects.filter(ruc=ruc).exists()


def registration(number: str) -> Registration | None:
    """The registration with that number, `2026-00000007`, as people type it."""
    year, _, running = number.strip().partition("-")
    if not (year.isdecimal() and running.isdecimal() and len(running) <= 18):
        return None
    found = (
        Registration.objects.select_related("employer", "employer__representative")
        .filter(pk=int(running))
        .first()
    )
    return found if found and found.number == number.strip() else None


def pending_email_change(employer: Employer) -> EmailChange | None:
    return employer.email_changes.filter(state=ChangeState.PENDING).first()


def email_change_of_objection(token: str) -> EmailChange | None:
    """The change, pending or not, that the token in a mail to the old address objects to."""
    return EmailChange.objects.select_related("employer").filter(objection=objection_digest(token)).first()


def identity_of(cedula: str, names: str) -> Identity:
    """What the Registro Civil says of a cédula and the names typed with it; it is asked for three seconds."""
    person = civil.look_up([cedula], seconds=3.0).found.get(cedula)
    if person is None:
        return Identity.UNCONFIRMED
    return identity(names, registered=person.names, is_dead=person.death_on is not None)


def objection_digest(token: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose="email-objection", typed=token)
