from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from afilia.documents import queries
from afilia.documents.forms import CodeForm, FileForm
from afilia.documents.queries import Answer, Outcome


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, CodeForm(), FileForm())
    if "code" in request.POST:
        return _answer_code(request, CodeForm(request.POST), refused_status=422)
    file_form = FileForm(request.POST, request.FILES)
    if file_form.is_valid():
        return _show(request, queries.answer_for_file(file_form.cleaned_data["file"]))
    return _ask(request, CodeForm(), file_form, status=422)


@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    return _answer_code(request, CodeForm({"code": code}), refused_status=404)


def _answer_code(request: HttpRequest, form: CodeForm, *, refused_status: int) -> HttpResponse:
    if form.is_valid():
        answer = queries.answer_for_code(form.cleaned_data["code"])
        if answer.outcome is Outcome.GENUINE:
            return _show(request, answer)
        form.refuse_unknown()
    return _ask(request, form, FileForm(), status=refused_status)


def _ask(request: HttpRequest, form: CodeForm, file_form: FileForm, *, status: int = 200) -> HttpResponse:
    context = {
        "code_form": form,
        "file_form": file_form,
        "form": file_form if file_form.is_bound else form,  # whose errors the title announces
    }
    return render(request, "documents/verify.html", context, status=status)


def _show(request: HttpRequest, answer: Answer) -> HttpResponse:
    return render(request, "documents/answer.html", {"answer": answer})
