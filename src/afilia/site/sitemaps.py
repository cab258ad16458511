"""The pages that everybody may find: what search engines are told."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from afilia.help import topics
from afilia.novedades.catalogue import finding_texts
from afilia.procedures.catalogue import load

PAGES = (
    *(
        "site:home",
        "site:employers",
        "help:index",
        "help:contact",
        "site:accessibility",
        "site:privacy",
        "ops:status",
    ),
    *("guide:index", "guide:needs", "appointments:start", "documents:verify", "intake:start"),
    *("recovery:begin", "registration:start", "registration:forms"),
    *("novedades:formats", "novedades:findings"),
)


class PagesSitemap(Sitemap):  # type: ignore[type-arg]  # Django's takes no argument when it runs
    """Paths; each page is in Spanish and in English at the same address."""

    def items(self) -> Sequence[str]:
        layouts = settings.POLICY.context(timezone.localdate()).catalogue.layouts
        return [
            *map(reverse, PAGES),
            *(reverse("guide:page", args=[slug]) for slug in load().procedures),
            *(reverse("help:topic", args=[slug]) for slug in topics.load().topics),
            *(reverse("novedades:format", args=[layout]) for layout in layouts),
            *(reverse("novedades:finding", args=[code]) for code in finding_texts()),
        ]

    def location(self, item: str) -> str:
        return item


SITEMAPS = {"pages": PagesSitemap}
