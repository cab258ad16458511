from django.urls import path

from afilia.registration.views import email_objection, employer, flow, papers

app_name = "registration"
urlpatterns = [
    path("empleadores/registro/", flow.start, name="start"),
    path("empleadores/registro/<uuid:draft_id>/<slug:name>/", flow.step, name="step"),
    path("empleadores/registro/solicitud/", papers.find, name="find"),
    path("empleadores/registro/solicitud/<uuid:attempt_id>/", papers.find_code, name="find-code"),
    path("empleadores/registro/solicitud/<str:number>/", papers.done, name="done"),
    path("empleadores/registro/solicitud/<str:number>/<slug:paper>.pdf", papers.download, name="paper"),
    path("empleadores/formularios/", papers.forms, name="forms"),
    path("empleadores/formularios/<slug:paper>.pdf", papers.blank, name="blank"),
    path("empleadores/datos/", employer.data, name="data"),
    path("empleadores/correo/", employer.email, name="email"),
    path("empleadores/correo/anular/", employer.email_cancel, name="email-cancel"),
    path("empleadores/correo/<uuid:attempt_id>/", employer.email_code, name="email-code"),
    path(
        "empleadores/correo/objetar/<str:token>/",
        email_objection.object_to_email,
        name="email-object",
    ),
]
