from django.urls import path

from afilia.deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("empleadores/plazos/", views.page, name="page"),
    path("empleadores/plazos/calendario/", views.feed_settings, name="feed-settings"),
    path("empleadores/plazos/avisos/", views.warnings, name="warnings"),
    path("plazos/<str:token>.ics", views.feed, name="feed"),
]
