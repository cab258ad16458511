from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "afilia.site"
