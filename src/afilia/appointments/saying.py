"""What a booking says in words: days and hours in the time of the office, documents, who comes."""

from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format, get_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.appointments.rules.states import PersonKind
from afilia.offices.models import Office
from afilia.offices.queries import zone_of
from afilia.procedures.rules import WhoComes

DOCUMENTS = {
    PersonKind.CEDULA: _("Cédula"),
    PersonKind.FOREIGNER_CODE: _("Código de extranjero"),
    PersonKind.PASSPORT: _("Pasaporte"),
}
COMES = {
    WhoComes.EMPLOYER: _("Empleador o representante legal"),
    WhoComes.ATTORNEY: _("Apoderada o apoderado"),
    WhoComes.AUTHORISED_THIRD_PARTY: _("Persona autorizada por el empleador"),
}


def day(on: date) -> str:
    """`jueves, 26 de noviembre de 2026`."""
    return date_format(on, f"l, {get_format('DATE_FORMAT')}")


def hour(at: datetime, office: Office) -> str:
    """`10:20`, as the clocks of the office show it."""
    return date_format(localtime(at, zone_of(office)), "H:i")


def zone_note(office: Office) -> str:
    """Whose time it is, where it is not that of the mainland."""
    if zone_of(office).key == settings.TIME_ZONE:
        return ""
    return gettext("hora de Galápagos, una hora menos que en el continente")


def moment(at: datetime, office: Office) -> str:
    """Day and hour, with the zone where it has to be said."""
    said = gettext("%(day)s, a las %(hour)s") % {
        "day": day(localtime(at, zone_of(office)).date()),
        "hour": hour(at, office),
    }
    note = zone_note(office)
    return f"{said} ({note})" if note else said


def document(kind: str) -> str:
    """The document by whose number a person is known; nothing once the person was forgotten."""
    return str(DOCUMENTS[PersonKind(kind)]) if kind else ""


def comes(who_comes: str) -> str:
    return str(COMES[WhoComes(who_comes)]) if who_comes else ""
