from django.urls import path

from afilia.guide import views

app_name = "guide"
urlpatterns = [
    path("tramites/", views.index, name="index"),
    path("tramites/que-necesito/", views.needs, name="needs"),
    path("tramites/catalogo.json", views.catalogue, name="catalogue"),
    path("tramites/catalogo.schema.json", views.schema, name="schema"),
    path("tramites/<slug:slug>.json", views.data, name="data"),
    path("tramites/<slug:slug>/", views.page, name="page"),
    path("tramites/<slug:slug>/que-necesito/", views.needs_of, name="needs-of"),
]
