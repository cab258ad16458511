from django.urls import path

from afilia.transparency.views import complaints, desk, downloads, figures

app_name = "transparency"
urlpatterns = [
    path("transparencia/", figures.index, name="index"),
    path("transparencia/datos/", figures.data, name="data"),
    path("transparencia/datos/datapackage.json", downloads.package, name="package"),
    path("transparencia/datos/<slug:name>.csv", downloads.csv, name="csv"),
    path("transparencia/datos/<slug:name>.json", downloads.json, name="json"),
    path("transparencia/tramites/<slug:slug>/", figures.procedure, name="procedure"),
    path("transparencia/<str:month>.json", downloads.month_json, name="month-json"),
    path("transparencia/<str:month>/", figures.month, name="month"),
    path("quejas/", complaints.send, name="complain"),
    path("quejas/seguir/", complaints.follow, name="follow"),
    path("quejas/<str:number>/", complaints.complaint, name="complaint"),
    path("funcionarios/quejas/", desk.queue, name="queue"),
    path("funcionarios/quejas/<str:number>/", desk.answer, name="answer"),
]
