from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import date as date_words
from django.utils import timezone
from django.utils.translation import gettext

from afilia.access.decorators import HolderRequest
from afilia.access.queries import Holder
from afilia.batches import queries, report
from afilia.batches.actions import Sender
from afilia.batches.forms import STATES
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS
from afilia.novedades.rules.layouts import Catalogue, Layout

REFUSED = 422
PER_PAGE = 25


def batch_or_404(request: HolderRequest, batch_id: UUID, *, within: float = 0.0) -> Batch:
    """The batch, when these eyes may see it; a running job has `within` seconds to come to its end."""
    try:
        return queries.get_soon(request.holder, batch_id, within=within)
    except Batch.DoesNotExist:
        raise Http404 from None


def lead_to(request: HolderRequest, batch: Batch, now: datetime) -> HttpResponse:
    """To the page of a batch sent at `now`, with a word when the same bytes had been sent before."""
    if batch.state == State.REGISTERED:
        text = gettext(
            "Este archivo ya fue registrado el %(at)s; no se registró dos veces. Este es su comprobante."
        )
        messages.info(request, text % {"at": _moment(batch.registered_at)})
    elif batch.state == State.CONFIRMED:
        messages.info(request, gettext("Este archivo ya está confirmado y se está registrando."))
    elif batch.received_at < now:
        text = gettext(
            "Este archivo ya se había enviado el %(at)s, con la identificación %(by)s. Lo revisamos otra vez."
        )
        messages.info(request, text % {"at": _moment(batch.received_at), "by": batch.by_number})
    return redirect("batches:batch", batch.id)


def _moment(at: datetime | None) -> str:
    return date_words(timezone.localtime(at), "DATETIME_FORMAT")


def rows(batches: Iterable[Batch]) -> list[dict[str, object]]:
    """Batches with their state in words, as the tables show them."""
    return [
        {"batch": shown, "state": STATES[State(shown.state)], "tag": TAGS[State(shown.state)]}
        for shown in batches
    ]


TAGS = {
    State.RECEIVED: "info",
    State.REFUSED: "error",
    State.PLANNED: "warning",
    State.CONFIRMED: "info",
    State.REGISTERED: "success",
    State.DISCARDED: "neutral",
}


def layout_name(batch: Batch) -> str:
    layout = report.layout_of(batch)
    return f"{layout.type} – {layout.name[language()]}" if layout else batch.novedad


def catalogue() -> Catalogue:
    return settings.POLICY.context(timezone.localdate()).catalogue


def given_catalogue(holder: Holder) -> Catalogue:
    """The catalogue with the layouts by which the person may file."""
    every = catalogue()
    return replace(every, layouts={name: each for name, each in every.layouts.items() if may(holder, each)})


def max_megabytes() -> int:
    return settings.POLICY.max_bytes // 1024 // 1024


def sender_of(holder: Holder) -> Sender:
    return Sender(
        employer=holder.employer,
        by_number=holder.number,
        key_id=holder.key_id,
        branches=holder.branches,
        delegation_id=holder.delegation_id,
    )


def need(request: HolderRequest, layout: Layout | None) -> None:
    """Raise NotGivenError unless the person may file novedades of that layout; of none only reads."""
    if layout is not None:
        request.holder.need(ACTS[layout.effect])


def may(holder: Holder, layout: Layout | None) -> bool:
    """Whether the person may file novedades of that layout."""
    return layout is not None and holder.may(ACTS[layout.effect])
