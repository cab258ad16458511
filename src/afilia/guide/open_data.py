"""The catalogue for programs: JSON of which `data/catalogo.schema.json` tells the shape, and schema.org."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from afilia.guide.starting import start_url
from afilia.procedures.rules import Catalogue, Option, Procedure, Text, Way
from afilia.procedures.speaking import spoken

ESCAPED = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


def catalogue_data(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "institution": catalogue.institution,
        "schema": _address("guide:schema"),
        "procedures": [procedure_data(catalogue, one) for one in catalogue.procedures.values()],
    }


def procedure_data(catalogue: Catalogue, procedure: Procedure) -> dict[str, Any]:
    """All that its page says, each text in Spanish and English."""
    return {
        "slug": procedure.slug,
        "url": _address("guide:page", procedure.slug),
        "figures_url": _address("transparency:procedure", procedure.slug),
        "institution": catalogue.institution,
        "sheet": procedure.sheet or None,
        "source": procedure.source,
        "source_on": procedure.source_on.isoformat(),
        "name": _text(procedure.name),
        "about": _text(procedure.about),
        "for_whom": _text(procedure.for_whom),
        "addressees": [_named(slug, catalogue.addressees[slug]) for slug in procedure.addressees],
        "applicants": [_named(slug, catalogue.applicants[slug].name) for slug in procedure.applicants],
        "kind_of_result": _text(catalogue.kind_of_result),
        "result": _text(procedure.result),
        "before": _all(procedure.before),
        "ways": [_way(catalogue, procedure, way) for way in procedure.ways],
        "cost_usd": procedure.cost,
        "exceptions": _all(procedure.exceptions),
        "legal": [{"norm": law.norm, "articles": law.articles} for law in procedure.legal],
        "contact": {name: value or None for name, value in procedure.contact.items()},
        "related": [*procedure.related],
    }


def linked(catalogue: Catalogue, procedure: Procedure) -> dict[str, Any]:
    """A GovernmentService of schema.org, in the language of the page."""
    organisation = {"@type": "GovernmentOrganization", "name": catalogue.institution}
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": _address("guide:page", procedure.slug),
        "url": _address("guide:page", procedure.slug),
        "name": spoken(procedure.name),
        "description": spoken(procedure.about),
        "serviceOutput": {"@type": "Thing", "name": spoken(procedure.result)},
        "provider": organisation,
        "areaServed": {"@type": "Country", "name": "Ecuador"},
        "audience": {"@type": "Audience", "audienceType": spoken(procedure.for_whom)},
        "isRelatedTo": [
            {"@type": "GovernmentService", "@id": _address("guide:page", slug)} for slug in procedure.related
        ],
        "offers": {"@type": "Offer", "price": procedure.cost, "priceCurrency": "USD"},
        "availableChannel": [
            {
                "@type": "ServiceChannel",
                "name": spoken(catalogue.channels[way.channel].name),
                "description": spoken(way.hours),
                "serviceUrl": f"{settings.PUBLIC_URL}{start_url(procedure, way)}",
                "servicePhone": {"@type": "ContactPoint", "telephone": f"+{procedure.contact['phone']}"},
                "availableLanguage": ["es", "en"],
            }
            for way in procedure.ways
        ],
    }


def block(data: dict[str, Any]) -> SafeString:
    """Data within a page, which no browser runs: a data block of HTML, with nothing that could end it."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


def _way(catalogue: Catalogue, procedure: Procedure, way: Way) -> dict[str, Any]:
    channel = catalogue.channels[way.channel]
    return {
        "channel": _named(way.channel, channel.name),
        "place": _text(channel.place),
        "title": _text(way.title),
        "about": _text(way.about),
        "hours": _text(way.hours),
        "steps": _all(way.steps),
        "end": _text(way.end),
        "start_url": f"{settings.PUBLIC_URL}{start_url(procedure, way)}",
        "needs_key": way.needs_key,
        "by_appointment": way.by_appointment,
        "without_appointment": _all(way.without_appointment),
        "working_days": way.working_days,
        "who_comes": [_named(slug, catalogue.who_comes[slug]) for slug in way.who_comes],
        "requirements": [
            {"slug": requirement.slug, "options": [*map(_option, requirement.options)]}
            for requirement in way.requirements
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    is_file = option.presented == "file"
    return {
        "document": _named(option.document.slug, option.document.name),
        "how": _text(option.how),
        "only": _text(option.only) if option.only.es else None,
        "applicants": sorted(option.applicants),
        "who_comes": sorted(option.who_comes),
        "presented": option.presented,
        "signature": option.signature,
        "contents": _all(option.contents),
        "formats": [*option.formats] if is_file else [],
        "max_bytes": option.max_bytes if is_file else None,
    }


def _text(text: Text) -> dict[str, str]:
    return {"es": text.es, "en": text.en}


def _all(texts: Iterable[Text]) -> list[dict[str, str]]:
    return [_text(text) for text in texts]


def _named(slug: str, name: Text) -> dict[str, Any]:
    return {"slug": slug, "name": _text(name)}


def _address(name: str, *arguments: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"
