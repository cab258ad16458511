from django.urls import path

from afilia.attendance.views import calls, desk, figures, public

app_name = "attendance"
urlpatterns = [
    path("funcionarios/turnos/", desk.agenda, name="agenda"),
    path("funcionarios/turnos/espera/", desk.line, name="line"),
    path("funcionarios/turnos/buscar/", desk.find, name="find"),
    path("funcionarios/turnos/cita/<uuid:appointment_id>/", desk.appointment, name="appointment"),
    path("funcionarios/turnos/sin-turno/", desk.walk_in, name="walk-in"),
    path("funcionarios/turnos/ventanilla/", calls.counter, name="counter"),
    path("funcionarios/turnos/llamar/", calls.call, name="call"),
    path("funcionarios/turnos/visita/<uuid:visit_id>/", calls.visit, name="visit"),
    path("funcionarios/turnos/visita/<uuid:visit_id>/numero/", desk.paper, name="paper"),
    path("funcionarios/turnos/cifras/", figures.page, name="figures"),
    path("funcionarios/turnos/cifras.csv", figures.csv, name="figures-csv"),
    path("turnos/sala/<str:code>/", public.screen, name="screen"),
    path("turnos/sala/<str:code>/llamados/", public.called, name="called"),
    path("turnos/numero/<str:code>/", public.place, name="place"),
]
