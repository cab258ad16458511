from django.urls import path

from afilia.site import views

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("tramites-virtuales/", views.procedures, name="procedures"),
    path("empleadores/", views.employers, name="employers"),
    path("ayuda/", views.help_page, name="help"),
    path("accesibilidad/", views.accessibility, name="accessibility"),
]
