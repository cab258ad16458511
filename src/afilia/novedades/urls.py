from django.urls import path

from afilia.novedades import views

app_name = "novedades"
urlpatterns = [
    path("empleadores/batch/formatos/", views.format_list, name="formats"),
    path("empleadores/batch/formatos/catalogo.json", views.format_catalogue, name="catalogue"),
    path("empleadores/batch/formatos/<str:novedad>/", views.format_detail, name="format"),
    path("empleadores/batch/formatos/<str:novedad>/ejemplo.txt", views.format_sample, name="format-sample"),
    path(
        "empleadores/batch/formatos/<str:novedad>/plantilla.xlsx",
        views.format_template,
        name="format-template",
    ),
    path("empleadores/afiliados/", views.worker_list, name="workers"),
    path("empleadores/afiliados/<int:person_id>/", views.worker_detail, name="worker"),
    path("ayuda/hallazgos/", views.finding_list, name="findings"),
    path("ayuda/hallazgos/<str:code>/", views.finding_detail, name="finding"),
]
