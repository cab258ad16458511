from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from afilia.help import looking, topics
from afilia.help.forms import SearchForm


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    groups = {
        audience: [topic for topic in topics.load().topics.values() if topic.audience == audience]
        for audience in ("everybody", "employers", "officials")
    }
    return render(request, "help/index.html", {"groups": groups, "form": SearchForm()})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = topics.load().topics.get(slug)
    if found is None:
        raise Http404
    return render(request, "help/topic.html", {"topic": found})


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "help/contact.html", {"contact": topics.contact()})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "help/search.html", {"form": form}, status=422)
    typed = form.cleaned_data["q"]
    answer = None
    if typed:
        language = "en" if get_language() == "en" else "es"
        answer = looking.look(typed, language=language, now=timezone.now())
    return render(request, "help/search.html", {"form": form, "typed": typed, "answer": answer})
