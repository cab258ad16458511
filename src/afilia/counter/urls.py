from django.urls import path

from afilia.counter.views import keys, links

app_name = "counter"
urlpatterns = [
    path("funcionarios/claves/", keys.keys, name="keys"),
    path("funcionarios/claves/<int:employer_id>/", keys.employer, name="employer"),
    path("funcionarios/claves/<int:employer_id>/documentos/", keys.papers, name="papers"),
    path("funcionarios/claves/<int:employer_id>/enlace/", keys.link, name="send-link"),
    path("funcionarios/claves/<int:employer_id>/negar/", keys.deny, name="deny"),
    path("funcionarios/claves/entrega/<uuid:handover_id>/", keys.handover, name="handover"),
    path("empleadores/clave/activar/", links.own_key, name="own-key"),
    path("empleadores/clave/activar/<str:token>/", links.link, name="link"),
    path("empleadores/clave/activar/<path:token>", links.link),  # cut off or with a full stop behind
]
