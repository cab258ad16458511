from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.generic import RedirectView

from afilia.site import views
from afilia.site.sitemaps import SITEMAPS

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("tramites-virtuales/", RedirectView.as_view(pattern_name="guide:index", permanent=True)),
    path("empleadores/", views.employers, name="employers"),
    path("accesibilidad/", views.accessibility, name="accessibility"),
    path("privacidad/", views.privacy_page, name="privacy"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(".well-known/security.txt", views.security, name="security"),
]
