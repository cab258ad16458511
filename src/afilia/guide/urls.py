from django.urls import path

from afilia.guide import views

app_name = "guide"
urlpatterns = [
    path("tramites/", views.index, name="index"),
    path("tramites/<slug:slug>/", views.page, name="page"),
]
