from django.urls import path

from afilia.help import views

app_name = "help"
urlpatterns = [
    path("ayuda/", views.index, name="index"),
    path("ayuda/<slug:slug>/", views.topic, name="topic"),
    path("buscar/", views.search, name="search"),
    path("contacto/", views.contact, name="contact"),
]
