from django.urls import path

from afilia.registration.views import email_objection

app_name = "registration"
urlpatterns = [
    path("empleadores/correo/objetar/<str:token>/", email_objection.object_to_email, name="email-object"),
]
