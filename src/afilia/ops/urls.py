from django.urls import path

from afilia.ops import views

app_name = "ops"
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.show_metrics, name="metrics"),
]
