from django.apps import AppConfig


class DependentsConfig(AppConfig):
    name = "afilia.dependents"
