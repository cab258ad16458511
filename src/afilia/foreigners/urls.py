from django.urls import path, register_converter

from afilia.foreigners.views import (
    by_appointment,
    by_reference,
    desk_entries,
    entries,
    judging,
    own_powers,
    register,
    requests,
)
from afilia.foreigners.views.common import PaperConverter, WhoConverter

register_converter(WhoConverter, "who_comes")
register_converter(PaperConverter, "code_paper")

app_name = "foreigners"
OWN = "empleadores/extranjeros"
REQUEST, ENTRY = f"{OWN}/<uuid:key>", f"{OWN}/<uuid:key>/entrada"
REFERENCE = "extranjeros/s/<str:reference>"
LEGAL = "funcionarios/poderes"
APPOINTMENT = "turnos/t/<str:reference>/codigo-extranjero"
REGISTER = "funcionarios/extranjeros/registro"
urlpatterns = [
    path(f"{REGISTER}/", register.search, name="register"),
    path(f"{REGISTER}/<int:person_id>/", register.person, name="register-person"),
    path(f"{REGISTER}/<int:person_id>/unir/", register.join, name="register-join"),
    path(f"{REGISTER}/uniones/<int:join_id>/deshacer/", register.undo, name="register-undo"),
    path(f"{OWN}/", requests.index, name="index"),
    path(
        "empleadores/ayuda-contable/<int:delegation_id>/solicitudes/",
        requests.of_helper,
        name="helper-requests",
    ),
    path(f"{OWN}/nueva/", requests.choose, name="choose"),
    path(f"{OWN}/nueva/<who_comes:who>/", requests.new, name="new"),
    path(f"{OWN}/poderes/", own_powers.index, name="powers"),
    path(f"{OWN}/poderes/nuevo/", own_powers.new, name="new-power"),
    path(f"{OWN}/poderes/<uuid:power_id>/", own_powers.detail, name="power"),
    path(f"{REQUEST}/", requests.detail, name="request"),
    path(f"{REQUEST}/cambiar/<who_comes:who>/", requests.change, name="change"),
    path(f"{REQUEST}/retirar/", requests.withdraw, name="withdraw"),
    path(f"{REQUEST}/<code_paper:name>.pdf", requests.pdf, name="pdf"),
    path(f"{REQUEST}/pedir-turno/", requests.book, name="book"),
    path(f"{REQUEST}/turno/", requests.link, name="link"),
    path(f"{ENTRY}/", entries.new, name="entry"),
    path(f"{ENTRY}/<int:entry_id>/retirar/", entries.withdraw, name="withdraw-entry"),
    path(f"{REFERENCE}/", by_reference.detail, name="by-reference"),
    path(f"{REFERENCE}/cambiar/<who_comes:who>/", by_reference.change, name="by-reference-change"),
    path(f"{REFERENCE}/retirar/", by_reference.withdraw, name="by-reference-withdraw"),
    path(f"{REFERENCE}/<code_paper:name>.pdf", by_reference.pdf, name="by-reference-pdf"),
    path(f"{REFERENCE}/pedir-turno/", by_reference.book, name="by-reference-book"),
    path(f"{REFERENCE}/turno/", by_reference.link, name="by-reference-link"),
    path("funcionarios/extranjeros/entradas/", desk_entries.index, name="desk-entries"),
    path(f"{APPOINTMENT}/", by_appointment.overview, name="of-appointment"),
    path(f"{APPOINTMENT}/nueva/", by_appointment.new, name="new-of-appointment"),
    path(f"{LEGAL}/", judging.queue, name="legal-powers"),
    path(f"{LEGAL}/<uuid:power_id>/", judging.power, name="legal-power"),
    path(f"{LEGAL}/<uuid:power_id>/negar/", judging.refuse, name="legal-refuse"),
    path(f"{LEGAL}/<uuid:power_id>/original/", judging.original, name="legal-original"),
    path(f"{LEGAL}/<uuid:power_id>/<int:page>/", judging.page, name="legal-page"),
]
