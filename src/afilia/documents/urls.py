from django.urls import path

from afilia.documents import views

app_name = "documents"
urlpatterns = [
    path("verificar/", views.verify, name="verify"),
    path("verificar/<str:code>/", views.verify_code, name="verify-code"),
]
