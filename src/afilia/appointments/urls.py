from django.urls import path, register_converter

from afilia.appointments.rules.draft import Step
from afilia.appointments.views import booking, drafts, managing, waiting


class StepConverter:
    """The name of a page of the draft."""

    regex = "|".join(Step)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(StepConverter, "appointment_step")

app_name = "appointments"
DRAFT, BOOKING = "turnos/reservar/<uuid:draft_id>", "turnos/t/<str:reference>"
urlpatterns = [
    path("turnos/", drafts.start, name="start"),
    path("turnos/consultar/", managing.find, name="find"),
    path("turnos/perdido/", managing.lost, name="lost"),
    path(f"{DRAFT}/<appointment_step:name>/", drafts.step, name="step"),
    path(f"{DRAFT}/oficina/", booking.office, name="office"),
    path(f"{DRAFT}/dia/", booking.day, name="day"),
    path(f"{DRAFT}/hora/", booking.hour, name="hour"),
    path(f"{DRAFT}/confirmar/", booking.confirm, name="confirm"),
    path(f"{DRAFT}/espera/", waiting.join, name="join"),
    path(f"{BOOKING}/", managing.booking, name="booking"),
    path(f"{BOOKING}/cancelar/", managing.cancel, name="cancel"),
    path(f"{BOOKING}/mover/", managing.move_office, name="move-office"),
    path(f"{BOOKING}/mover/dia/", managing.move_day, name="move-day"),
    path(f"{BOOKING}/mover/hora/", managing.move_hour, name="move-hour"),
    path(f"{BOOKING}/antes/", waiting.earlier, name="earlier"),
    path(f"{BOOKING}/confirmacion.pdf", managing.pdf, name="pdf"),
    path(f"{BOOKING}/turno.ics", managing.ics, name="ics"),
    path("turnos/espera/<str:reference>/", waiting.waiting, name="waiting"),
]
