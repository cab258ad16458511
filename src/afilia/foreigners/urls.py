from django.urls import URLPattern

app_name = "foreigners"
urlpatterns: list[URLPattern] = []
