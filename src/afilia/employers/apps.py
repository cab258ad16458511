from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "afilia.employers"
