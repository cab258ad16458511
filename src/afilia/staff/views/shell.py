from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SHELL = "staff/base.html"


def show(request: HttpRequest, template: str, page: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the shell of the desk, also where its template is one of `access`."""
    return render(request, template, {"shell": SHELL, **page}, status=status)
