"""What a form filed: its receipt, and the ways to take it back."""

from http import HTTPStatus

import segno
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.documents import queries as documents
from afilia.novedades import actions, queries, receipts
from afilia.novedades.actions import BlockedError, NotInForceError, TooLateError
from afilia.novedades.catalogue import effects_of_types
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.novedades.notices import AnnulForm
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS
from afilia.novedades.views.notices import filer_of

REFUSED = 422
BLOCKED = 409


@require_safe
@holder_required
def filing(request: HolderRequest, filing_id: int) -> HttpResponse:
    found = _filing_or_404(request, filing_id)
    if found.channel != Channel.FORM:
        return redirect("batches:filing", found.pk)
    if request.htmx:  # which asks until the receipt is signed
        done = queries.receipt_of(found)
        return HttpResponseClientRefresh() if done else HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _page(request, found)


def _page(request: HolderRequest, found: Filing, *, status: int = 200, problem: str = "") -> HttpResponse:
    facts = receipts.facts(found)
    rows = [*queries.novedades_of(found)]
    acts = [
        {"row": row, "act": act, "changes": _may(request, row) and queries.is_in_force(row)}
        for row, act in zip(rows, receipts.acts(found), strict=True)
    ]
    page = {
        "filing": found,
        "reason": receipts.why(found),
        "acts": acts,
        "code": facts.code,
        "qr": segno.make(facts.verify_url, micro=False).svg_data_uri(
            scale=4, border=2, dark="#17211f", light="#ffffff"
        ),
        "receipt": queries.receipt_of(found),
        "may_undo": all(_may(request, row) for row in rows)
        and queries.may_undo(found, rows, now=timezone.now(), within=settings.POLICY.undo_within),
        "undo_minutes": int(settings.POLICY.undo_within.total_seconds() // 60),
        "problem": problem,
    }
    return render(request, "novedades/filed.html", page, status=status)


@require_safe
@holder_required
def receipt_pdf(request: HolderRequest, filing_id: int) -> HttpResponseBase:
    found = queries.receipt_of(_filing_or_404(request, filing_id))
    if found is None:
        raise Http404
    file = documents.path_of(found.document.file).open("rb")
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"comprobante-{found.filing.number}.pdf",
        content_type="application/pdf",
    )


@require_http_methods(["POST"])
@asks_itself
def undo(request: HolderRequest, filing_id: int) -> HttpResponse:
    found = _filing_or_404(request, filing_id)
    for row in queries.novedades_of(found):
        _need(request, row)
    try:
        undone = actions.undo(
            filer=filer_of(request.holder),
            filing_id=found.pk,
            now=timezone.now(),
            within=settings.POLICY.undo_within,
        )
    except TooLateError:
        problem = gettext("El tiempo para deshacer ya terminó. Puede corregir o anular con un motivo.")
    except NotInForceError:
        problem = gettext("Esto ya se corrigió, se anuló o se deshizo. Vea la historia del trabajador.")
    except BlockedError:
        problem = gettext(
            "Después se registraron novedades que dependen de esta. Anúlelas primero, desde la última."
        )
    else:
        messages.success(request, gettext("Se deshizo. Lo que constaba antes vuelve a estar vigente."))
        return redirect("novedades:filing", undone.pk)
    return _page(request, found, status=BLOCKED, problem=problem)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def annul(request: HolderRequest, filing_id: int, line: int) -> HttpResponse:
    try:
        row = queries.novedad(
            request.holder.employer, filing_id=filing_id, line=line, allowed=request.holder.branches
        )
    except Novedad.DoesNotExist:
        raise Http404 from None
    _need(request, row)
    form = AnnulForm(request.POST if request.method == "POST" else None, act="annul", language=language())
    if request.method == "POST" and form.is_valid():
        try:
            annulled = actions.annul(
                filer=filer_of(request.holder),
                filing_id=filing_id,
                line=line,
                reason=form.cleaned_data["motivo"],
                explanation=form.cleaned_data["explicacion"],
                now=timezone.now(),
                token=form.cleaned_data["token"],
            )
        except NotInForceError:
            return render(request, "novedades/not_in_force.html", {"old": row}, status=BLOCKED)
        except BlockedError:
            pass  # the page says by what
        else:
            return redirect("novedades:filing", annulled.pk)
    elif request.method != "POST" and not queries.is_in_force(row):
        return render(request, "novedades/not_in_force.html", {"old": row}, status=BLOCKED)
    hangs = queries.hangs_on(row)
    page = {
        "form": form,
        "row": row,
        "act": receipts.act_of(row),
        "blocking": [(one, receipts.act_of(one)) for one in hangs.blocking],
        "following": [receipts.act_of(one) for one in hangs.following],
        "employments": hangs.employments,
        "blocks": hangs.blocks,
        "is_entry": row.kind == "ENT",
        "was_known": queries.was_known(row.employment_id),
        "is_exit": row.kind == "SAL",
    }
    status = BLOCKED if request.method == "POST" and hangs.blocks else REFUSED if form.errors else 200
    return render(request, "novedades/annul.html", page, status=status)


def _may(request: HolderRequest, row: Novedad) -> bool:
    return request.holder.may(ACTS[effects_of_types()[row.kind]])


def _need(request: HolderRequest, row: Novedad) -> None:
    request.holder.need(ACTS[effects_of_types()[row.kind]])


def _filing_or_404(request: HolderRequest, filing_id: int) -> Filing:
    try:
        return queries.filing(request.holder.employer, filing_id=filing_id, allowed=request.holder.branches)
    except Filing.DoesNotExist:
        raise Http404 from None
