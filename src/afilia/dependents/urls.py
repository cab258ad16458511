from django.urls import path

from afilia.dependents.views import pages, registering

app_name = "dependents"
urlpatterns = [
    path("empleadores/dependientes/", pages.index, name="index"),
    path("empleadores/dependientes/trabajador/<int:person_id>/", pages.worker, name="worker"),
    path("empleadores/dependientes/trabajador/<int:person_id>/nuevo/", registering.add, name="add"),
    path("empleadores/dependientes/<int:pk>/", pages.dependent, name="dependent"),
    path("empleadores/dependientes/<int:pk>/corregir/", registering.correct, name="correct"),
    path("empleadores/dependientes/<int:pk>/terminar/", registering.end, name="end"),
    path("empleadores/dependientes/<int:pk>/renovar/", registering.renew, name="renew"),
    path("empleadores/dependientes/comprobantes/<int:pk>/", pages.filing, name="filing"),
    path("empleadores/dependientes/comprobantes/<int:pk>/comprobante.pdf", pages.receipt, name="receipt"),
]
