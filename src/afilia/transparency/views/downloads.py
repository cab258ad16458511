"""The open data: CSV, JSON and their dictionary."""

import csv as csv_module
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from afilia.transparency import dictionary
from afilia.transparency.queries import figures

FRESH = 300  # seconds


@require_safe
@cache_control(public=True, max_age=FRESH)
def csv(_request: HttpRequest, name: str) -> HttpResponse:
    file, rows = _found(name)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="transparencia-{name}.csv"'
    response.write("\ufeff")  # spreadsheets take it for another encoding without
    writer = csv_module.DictWriter(
        response, fieldnames=[column.name for column in file.columns], delimiter=";"
    )
    writer.writeheader()
    writer.writerows(rows)
    return response


@require_safe
@cache_control(public=True, max_age=FRESH)
def json(_request: HttpRequest, name: str) -> JsonResponse:
    return JsonResponse([*_found(name)[1]], safe=False)


@require_safe
def month_json(_request: HttpRequest, month: str) -> JsonResponse:
    """All that is published of a month."""
    today = timezone.localdate()
    on = figures.month_of(month, today=today)
    if on is None:
        raise Http404
    attended = dictionary.attention_rows(figures.all_series(today=today))
    measured = dictionary.measure_rows(figures.months(first=on, last=on))
    return JsonResponse(
        {"atenciones": [row for row in attended if row["month"] == month], "medidas": [*measured]}
    )


@require_safe
def package(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(dictionary.package(), json_dumps_params={"ensure_ascii": False})


def _found(name: str) -> tuple[dictionary.File, Iterator[dict[str, Any]]]:
    """A file of the dictionary and its lines. Raises Http404."""
    file, today = dictionary.FILES.get(name), timezone.localdate()
    if file is None:
        raise Http404
    if file is dictionary.ATTENTIONS:
        return file, dictionary.attention_rows(figures.all_series(today=today))
    months = figures.months(first=figures.first_month(), last=today)
    return file, dictionary.measure_rows(months)
