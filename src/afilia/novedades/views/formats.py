from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from afilia.kit.downloads import XLSX
from afilia.novedades.formats import document, findings, pages, spreadsheet
from afilia.novedades.reader import language, say_day
from afilia.novedades.rules.layouts import Context, Layout


@require_safe
def format_list(request: HttpRequest) -> HttpResponse:
    index = pages.format_index(_context(), language())
    return render(request, "novedades/formats.html", {"index": index})


@require_safe
def format_detail(request: HttpRequest, novedad: str) -> HttpResponse:
    context = _context()
    page = pages.format_page(_layout_or_404(context, novedad), context, language())
    return render(request, "novedades/format.html", {"page": page})


@require_safe
def format_sample(_request: HttpRequest, novedad: str) -> HttpResponse:
    name, content = pages.sample_file(_layout_or_404(_context(), novedad))
    return _download(name, content, "text/plain; charset=us-ascii")


@require_safe
def format_template(_request: HttpRequest, novedad: str) -> HttpResponse:
    context, chosen = _context(), language()
    page = pages.format_page(_layout_or_404(context, novedad), context, chosen)
    name, content = spreadsheet.template(page, chosen)
    return _download(name, content, XLSX)


@require_safe
def format_catalogue(_request: HttpRequest) -> HttpResponse:
    shape = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(document.catalogue_document(_context()), json_dumps_params=shape)


@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    return render(request, "novedades/findings.html", {"groups": findings.finding_index(language())})


@require_safe
def finding_detail(request: HttpRequest, code: str) -> HttpResponse:
    try:
        page = findings.finding_page(code, _context(), language(), say_day=say_day)
    except KeyError:
        raise Http404 from None
    return render(request, "novedades/finding.html", {"page": page})


def _context() -> Context:
    return settings.POLICY.context(timezone.localdate())


def _layout_or_404(context: Context, novedad: str) -> Layout:
    try:
        return context.catalogue.layouts[novedad]
    except KeyError:
        raise Http404 from None


def _download(name: str, content: bytes, content_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
