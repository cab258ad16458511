import json
import re
from importlib.resources import files

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse

from afilia.guide.open_data import block
from afilia.procedures.catalogue import load

SCHEMA = json.loads(files("afilia.guide").joinpath("data", "catalogo.schema.json").read_text("utf-8"))
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
SERVICE = {
    "type": "object",
    "required": [
        *("@context", "@type", "@id", "url", "name", "description", "serviceType", "serviceOutput"),
        *("provider", "areaServed", "audience", "hoursAvailable", "availableChannel", "offers"),
    ],
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in ("name", "description", "serviceType")},
        "areaServed": {"required": ["name"], "properties": {"@type": {"const": "Country"}}},
        "hoursAvailable": {"minItems": 1, "items": {"$ref": "#/$defs/hours"}},
        "@context": {"const": "https://schema.org"},
        "@type": {"const": "GovernmentService"},
        "provider": {
            "required": ["@type", "name", "contactPoint"],
            "properties": {
                "@type": {"const": "GovernmentOrganization"},
                "name": {"type": "string", "minLength": 1},
                "contactPoint": {"$ref": "#/$defs/contact"},
            },
        },
        "offers": {"required": ["@type", "price", "priceCurrency"]},
        "availableChannel": {
            "minItems": 1,
            "items": {
                "required": ["@type", "name", "serviceUrl", "servicePhone"],
                "properties": {
                    "@type": {"const": "ServiceChannel"},
                    "serviceUrl": {"pattern": "^https?://"},
                    "servicePhone": {"$ref": "#/$defs/contact"},
                    "serviceLocation": {
                        "required": ["name", "openingHoursSpecification"],
                        "properties": {
                            "@type": {"const": "Place"},
                            "openingHoursSpecification": {"$ref": "#/$defs/hours"},
                        },
                    },
                },
            },
        },
    },
    "$defs": {
        "contact": {
            "required": ["@type", "name", "telephone"],
            "properties": {
                "@type": {"const": "ContactPoint"},
                "telephone": {"pattern": r"^\+593 \d{8}$"},
                "email": {"format": "email", "minLength": 1},
            },
        },
        "hours": {
            "required": ["@type", "dayOfWeek", "opens", "closes"],
            "properties": {
                "@type": {"const": "OpeningHoursSpecification"},
                "dayOfWeek": {"minItems": 1, "items": {"pattern": "^https://schema.org/[A-Z][a-z]+day$"}},
                "opens": {"pattern": TIME},
                "closes": {"pattern": TIME},
            },
        },
    },
}


def test_the_catalogue_has_its_declared_shape(client: Client) -> None:
    said = json.loads(client.get("/tramites/catalogo.json").content)
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    assert [one["slug"] for one in said["procedures"]] == [*load().procedures]
    assert json.loads(client.get(reverse("guide:schema")).content) == SCHEMA
    for one in said["procedures"]:
        assert json.loads(client.get(f"/tramites/{one['slug']}.json").content) == one


def test_every_object_of_the_shape_is_closed() -> None:
    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, dict):
            own = [node] if node.get("type") == "object" else []
            return own + [found for part in node.values() for found in objects(part)]
        return [found for part in node for found in objects(part)] if isinstance(node, list) else []

    assert [found for found in objects(SCHEMA) if found["additionalProperties"] is not False] == []


def test_data_of_a_procedure_that_does_not_exist_are_not_found(client: Client) -> None:
    assert client.get("/tramites/no-existe.json").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("slug", sorted(load().procedures))
def test_a_page_is_a_service_of_schema_org(client: Client, slug: str, language: str) -> None:
    page = client.get(f"/tramites/{slug}/", headers={"accept-language": language}).content.decode()
    (text,) = BLOCK.findall(page)
    said = json.loads(text)
    jsonschema.Draft202012Validator(SERVICE).validate(said)
    assert said["name"] == load().procedures[slug].name.within(language)
    assert said["url"].endswith(f"/tramites/{slug}/")
    assert said["provider"]["name"] == load().institution
    assert said["serviceType"] == load().kind_of_service.within(language)


@pytest.mark.django_db
def test_an_office_keeps_its_hours_and_the_portal_is_always_open(client: Client) -> None:
    page = client.get("/tramites/clave-patronal/").content.decode()
    said = json.loads(BLOCK.findall(page)[0])
    hours = [(len(one["dayOfWeek"]), one["opens"], one["closes"]) for one in said["hoursAvailable"]]
    assert hours == [(5, "08:00", "17:00"), (7, "00:00", "23:59")]
    counter, virtual = said["availableChannel"]
    assert counter["serviceLocation"]["openingHoursSpecification"] == said["hoursAvailable"][0]
    assert "availableLanguage" not in counter
    assert virtual["availableLanguage"] == ["es", "en"]


def test_nothing_in_the_data_ends_their_block() -> None:
    text = BLOCK.findall(block({"name": "</script><b>&"}))[0]
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><b>&"}
