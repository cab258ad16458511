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
SERVICE = {
    "type": "object",
    "required": ["@context", "@type", "@id", "url", "name", "description", "provider", "availableChannel"],
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@type": {"const": "GovernmentService"},
        "provider": {
            "required": ["@type", "name"],
            "properties": {"@type": {"const": "GovernmentOrganization"}},
        },
        "offers": {"required": ["@type", "price", "priceCurrency"]},
        "availableChannel": {
            "minItems": 1,
            "items": {
                "required": ["@type", "serviceUrl"],
                "properties": {
                    "@type": {"const": "ServiceChannel"},
                    "serviceUrl": {"pattern": "^https?://"},
                },
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


def test_nothing_in_the_data_ends_their_block() -> None:
    text = BLOCK.findall(block({"name": "</script><b>&"}))[0]
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><b>&"}
