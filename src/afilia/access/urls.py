from django.urls import path

from afilia.access import views

app_name = "access"
urlpatterns = [
    path("empleadores/ingresar/", views.sign_in, name="sign-in"),
    path("empleadores/salir/", views.sign_out, name="sign-out"),
]
