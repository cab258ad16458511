from django.urls import path

from afilia.ops import views

app_name = "ops"
urlpatterns = [
    path("estado/", views.show_status, name="status"),
    path("estado.json", views.status_json, name="status-json"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.show_metrics, name="metrics"),
]
