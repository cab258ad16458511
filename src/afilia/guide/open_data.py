"""The catalogue for programs: JSON of which `data/catalogo.schema.json` tells the shape, and schema.org."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from afilia.guide.starting import start_url
from afilia.procedures.rules import Catalogue, Channel, Opening, Option, Procedure, Text, Way
from afilia.procedures.speaking import spoken

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")  # of schema.org
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
        "certainty": "official-sheet" if procedure.sheet else "named-in-sheets",
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
        "instead": procedure.instead or None,
        "legal": [{"norm": law.norm, "articles": law.articles} for law in procedure.legal],
        "contact": {name: value or None for name, value in procedure.contact.items()},
        "related": [*procedure.related],
    }


def linked(catalogue: Catalogue, procedure: Procedure) -> dict[str, Any]:
    """A GovernmentService of schema.org, in the language of the page."""
    organisation: dict[str, Any] = {
        "@type": "GovernmentOrganization",
        "name": catalogue.institution,
        "contactPoint": _contact(procedure),
    }
    openings = dict.fromkeys(catalogue.channels[way.channel].opening for way in procedure.ways)
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": _address("guide:page", procedure.slug),
        "url": _address("guide:page", procedure.slug),
        "name": spoken(procedure.name),
        "description": spoken(procedure.about),
        "serviceType": spoken(catalogue.kind_of_service),
        "serviceOutput": {"@type": "Thing", "name": spoken(procedure.result)},
        "provider": organisation,
        "areaServed": {"@type": "Country", "name": catalogue.country},
        "audience": {"@type": "Audience", "audienceType": spoken(procedure.for_whom)},
        "hoursAvailable": [_hours(opening) for opening in openings],
        "isRelatedTo": [
            {"@type": "GovernmentService", "@id": _address("guide:page", slug)} for slug in procedure.related
        ],
        "offers": {"@type": "Offer", "price": procedure.cost, "priceCurrency": "USD"},
        "availableChannel": [_channel(catalogue, procedure, way) for way in procedure.ways],
    }


def _channel(catalogue: Catalogue, procedure: Procedure, way: Way) -> dict[str, Any]:
    channel = catalogue.channels[way.channel]
    said = {
        "@type": "ServiceChannel",
        "name": spoken(channel.name),
        "description": spoken(way.hours),
        "serviceUrl": f"{settings.PUBLIC_URL}{start_url(procedure, way)}",
        "servicePhone": _contact(procedure),
    }
    if way.channel is not Channel.COUNTER:  # there nothing says that they speak English
        return said | {"availableLanguage": ["es", "en"]}
    place = {"@type": "Place", "name": spoken(channel.place)}
    return said | {"serviceLocation": place | {"openingHoursSpecification": _hours(channel.opening)}}


def _contact(procedure: Procedure) -> dict[str, str]:
    contact = procedure.contact
    email = {"email": contact["email"]} if contact["email"] else {}
    return {"@type": "ContactPoint", "name": contact["office"], "telephone": f"+{contact['phone']}"} | email


def _hours(opening: Opening) -> dict[str, Any]:
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": [f"https://schema.org/{DAYS[day - 1]}" for day in opening.days],
        "opens": opening.opens,
        "closes": opening.closes,
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
        "opening": asdict(channel.opening),
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
        "correction_days": way.correction_days,
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
