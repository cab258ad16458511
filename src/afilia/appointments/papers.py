"""The confirmation of a booking on paper, in Spanish."""

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import override

from afilia.appointments import saying
from afilia.appointments.bringing import bring_to
from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.documents.confirmations import ConfirmationFacts, ToBring, render_confirmation
from afilia.kit import countries
from afilia.offices.provinces import PROVINCES
from afilia.offices.queries import zone_of
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken

LANGUAGE = "es"
NOTES = (
    "Llegue diez minutos antes, con los documentos.",
    "Lleve esta confirmación, impresa o en su teléfono. También basta con decir el código.",
    "El turno es personal: se atiende a la persona a cuyo nombre está.",
    "Si no puede ir, cancele o cambie la hora: otra persona la está esperando.",
)


def confirmation_of(booking: Appointment) -> bytes:
    """The PDF of a confirmed booking."""
    with override(LANGUAGE):
        return render_confirmation(_facts(booking))


def _facts(booking: Appointment) -> ConfirmationFacts:
    office, zone = booking.office, zone_of(booking.office)
    on = saying.day(localtime(booking.starts_at, zone).date())
    note = saying.zone_note(office)
    hour = saying.hour(booking.starts_at, office)
    return ConfirmationFacts(
        confirmed_at=booking.confirmed_at or booking.made_at,
        code=booking.code or "",
        url=f"{settings.PUBLIC_URL}{reverse('appointments:booking', args=[reference_of(booking)])}",
        day=on[:1].upper() + on[1:],
        time=f"{hour} ({note})" if note else hour,
        office=office.name,
        address=", ".join([office.address, office.city, PROVINCES[office.province]]),
        procedure=spoken(load().procedures[booking.procedure].name),
        rows=tuple(_rows(booking)),
        bring=tuple(
            ToBring(
                options=tuple(
                    (spoken(option.document.name), spoken(option.how)) for option in requirement.options
                )
            )
            for requirement in bring_to(booking)
        ),
        notes=NOTES,
    )


def _rows(booking: Appointment) -> list[tuple[str, str]]:
    document = saying.document(booking.kind)
    number = f"{booking.number} ({countries.name(booking.country)})" if booking.country else booking.number
    rows = [("Nombres y apellidos", booking.names), (document, number)]
    if booking.who_comes:
        rows.append(("Se presenta como", saying.comes(booking.who_comes)))
    if booking.ruc:
        rows.append(("RUC del empleador", booking.ruc))
    return rows
