"""Reads the procedures of this app from `data/`: a file for each, and what they share."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from afilia.procedures.rules import (
    MAX_BYTES,
    NOTHING,
    Addressee,
    Applicant,
    ApplicantText,
    Catalogue,
    Channel,
    ChannelText,
    Document,
    Format,
    Law,
    Opening,
    Option,
    Presented,
    Procedure,
    Reason,
    ReasonKind,
    Requirement,
    Route,
    Signature,
    Text,
    UnitKind,
    Way,
    WhoComes,
    megabytes,
)

SHARED = {"portal", "documents", "applicants", "reasons", "routing"}
LIMIT = "{limit}"  # in a text: how big a document may be


class DataError(ValueError):
    """The data name something that they do not hold; the text says where."""


@cache
def load() -> Catalogue:
    """All procedures. Raises DataError or KeyError when the data do not fit together."""
    folder = files("afilia.procedures").joinpath("data")
    raw = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return read(raw)


def read(raw: dict[str, dict[str, Any]]) -> Catalogue:
    """The catalogue in the files of a folder, by their names without `.toml`."""
    documents = {
        slug: Document(slug=slug, name=Text(**name)) for slug, name in raw["documents"]["document"].items()
    }
    reasons = {
        slug: Reason(slug=slug, kind=kind, text=Text(**text))
        for kind in ReasonKind
        for slug, text in raw["reasons"][kind.value].items()
    }
    portal = raw["portal"]
    if set(raw) - SHARED != set(portal["order"]):
        raise DataError(f"the order names {portal['order']}, and there are {sorted(set(raw) - SHARED)}")
    catalogue = Catalogue(
        institution=portal["institution"],
        country=portal["country"],
        kind_of_service=Text(**portal["kind_of_service"]),
        kind_of_result=Text(**portal["kind_of_result"]),
        procedures={slug: _procedure(slug, raw[slug], documents) for slug in portal["order"]},
        addressees={Addressee(slug): Text(**name) for slug, name in portal["addressee"].items()},
        who_comes={WhoComes(slug): Text(**name) for slug, name in portal["who_comes"].items()},
        channels={
            Channel(slug): ChannelText(
                name=Text(**said["name"]),
                place=Text(**said["place"]),
                start=Text(**said["start"]),
                opening=Opening(**said["opening"] | {"days": tuple(said["opening"]["days"])}),
            )
            for slug, said in portal["channel"].items()
        },
        documents=documents,
        applicants={
            Applicant(slug): ApplicantText(
                slug=Applicant(slug),
                name=Text(**said["name"]),
                who=Text(**said["who"]),
                ruc=Text(**said["ruc"]),
            )
            for slug, said in raw["applicants"]["applicant"].items()
        },
        reasons=reasons,
        routes=tuple(_route(route) for route in raw["routing"]["route"]),
        directorates={slug: Text(**name) for slug, name in raw["routing"]["directorate"].items()},
    )
    _hold_together(catalogue)
    return catalogue


def _procedure(slug: str, raw: dict[str, Any], documents: dict[str, Document]) -> Procedure:
    rest = {name: raw[name] for name in ("sheet", "source", "source_on", "cost", "contact")}
    return Procedure(
        slug=slug,
        name=Text(**raw["name"]),
        about=Text(**raw["about"]),
        result=Text(**raw["result"]),
        for_whom=Text(**raw["for_whom"]),
        addressees=tuple(map(Addressee, raw["addressees"])),
        before=_texts(raw["before"]),
        related=tuple(raw["related"]),
        applicants=tuple(map(Applicant, raw["applicants"])),
        ways=tuple(_way(way, documents) for way in raw["way"]),
        refusals=tuple(raw["refusals"]),
        corrections=tuple(raw["corrections"]),
        exceptions=_texts(raw["exceptions"]),
        instead=raw.get("instead", ""),
        legal=tuple(Law(**law) for law in raw["legal"]),
        **rest,
    )


def _way(raw: dict[str, Any], documents: dict[str, Document]) -> Way:
    max_bytes = raw.get("max_bytes", MAX_BYTES)
    rest = {name: raw[name] for name in ("working_days", "correction_days", "by_appointment") if name in raw}
    return Way(
        channel=Channel(raw["channel"]),
        start=raw["start"],
        title=Text(**raw["title"]),
        about=Text(**raw["about"]),
        end=Text(**raw["end"]),
        hours=Text(**raw["hours"]),
        steps=_texts(raw["steps"], limit=megabytes(max_bytes)),
        who_comes=tuple(map(WhoComes, raw["who_comes"])),
        requirements=tuple(
            Requirement(
                slug=requirement["slug"],
                options=tuple(_option(option, documents, max_bytes) for option in requirement["option"]),
            )
            for requirement in raw["requirement"]
        ),
        without_appointment=_texts(raw.get("without_appointment", [])),
        **rest,
    )


def _option(raw: dict[str, Any], documents: dict[str, Document], max_bytes: int) -> Option:
    rest = {name: raw[name] for name in ("identity", "issued", "validated_by_legal") if name in raw}
    return Option(
        document=documents[raw["document"]],
        signature=Signature(raw["signature"]),
        presented=Presented(raw["presented"]),
        how=Text(**raw["how"]),
        only=Text(**raw["only"]) if "only" in raw else NOTHING,
        applicants=frozenset(map(Applicant, raw.get("applicants", []))),
        who_comes=frozenset(map(WhoComes, raw.get("who_comes", []))),
        contents=_texts(raw.get("contents", [])),
        formats=tuple(map(Format, raw.get("formats", list(Format)))),
        max_bytes=raw.get("max_bytes", max_bytes),
        **rest,
    )


def _route(raw: dict[str, Any]) -> Route:
    return Route(
        slug=raw["slug"],
        to=raw["to"],
        procedures=frozenset(raw.get("procedures", [])),
        provinces=frozenset(raw.get("provinces", [])),
        why=Text(**raw["why"]),
    )


def _texts(raw: Iterable[dict[str, str]], *, limit: str = "") -> tuple[Text, ...]:
    return tuple(
        Text(**{language: said.replace(LIMIT, limit) for language, said in text.items()}) for text in raw
    )


def _hold_together(catalogue: Catalogue) -> None:
    for slug, procedure in catalogue.procedures.items():
        for kind, named in (
            (ReasonKind.REFUSAL, procedure.refusals),
            (ReasonKind.CORRECTION, procedure.corrections),
        ):
            if wrong := [one for one in named if catalogue.reasons[one].kind is not kind]:
                raise DataError(f"{slug}: {wrong} are no reasons for a {kind}")
        if unknown := {*procedure.related, *filter(None, [procedure.instead])} - set(catalogue.procedures):
            raise DataError(f"{slug}: no procedures are called {sorted(unknown)}")
        for way in procedure.ways:
            slots = [requirement.slug for requirement in way.requirements]
            if len(slots) != len(set(slots)):
                raise DataError(f"{slug}: a requirement of {way.channel} is named twice")
    for route in catalogue.routes:
        if route.to != UnitKind.COORDINATION and route.to not in catalogue.directorates:
            raise DataError(f"{route.slug}: no directorate is called {route.to}")
        if missing := route.procedures - set(catalogue.procedures):
            raise DataError(f"{route.slug}: no procedures are called {sorted(missing)}")
    if catalogue.routes[-1].procedures or catalogue.routes[-1].provinces:
        raise DataError("the last route must fit everything")
