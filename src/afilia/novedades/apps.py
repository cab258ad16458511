from django.apps import AppConfig


class NovedadesConfig(AppConfig):
    name = "afilia.novedades"
