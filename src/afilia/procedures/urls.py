from django.urls import path

from afilia.procedures import views

app_name = "procedures"
urlpatterns = [
    path("tramites/", views.index, name="index"),
    path("tramites/<slug:slug>/", views.page, name="page"),
]
