"""The roads to a first key, and what to bring on each in exactly this case, from the catalogue."""

from typing import Any

from afilia.employers.rules import Document, Kind
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel, WhoComes, for_identity, requirements
from afilia.procedures.speaking import spoken

PROCEDURE = "clave-patronal"


def roads(*, document: Document, kind: Kind, third_party: bool) -> list[dict[str, Any]]:
    """Each road with title, about, hours, end and items_to_bring, in the language of the page."""
    procedure = load().procedures[PROCEDURE]
    found = []
    for way in procedure.ways:
        goes = WhoComes.AUTHORISED_THIRD_PARTY if third_party else WhoComes.EMPLOYER
        asked = requirements(
            procedure,
            way.channel,
            kind,
            goes if goes in way.who_comes else WhoComes.EMPLOYER,
        )
        options = [requirement.options[0] for requirement in for_identity(asked, document)]
        found.append(
            {
                "title": spoken(way.title),
                "about": spoken(way.about),
                "hours": spoken(way.hours),
                "end": spoken(way.end),
                "by_appointment": way.by_appointment,
                "is_virtual": way.channel is Channel.VIRTUAL,
                "items_to_bring": [
                    {"name": spoken(option.document.name), "how": spoken(option.how)} for option in options
                ],
            }
        )
    return found
