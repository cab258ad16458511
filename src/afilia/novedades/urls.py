from django.urls import URLPattern

app_name = "novedades"
urlpatterns: list[URLPattern] = []
