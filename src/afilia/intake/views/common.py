"""What the pages of drafts and of cases share."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from afilia.cases.actions import RefusedError, SignatureRefusedError, WrongPaperError
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.documents.actions import BusyError, FileRefusedError
from afilia.intake import actions
from afilia.intake.actions import LimitError
from afilia.intake.forms import DocumentForm
from afilia.procedures.rules import Format, megabytes

PAGE = ["GET", "HEAD", "POST"]
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def private(view: V) -> V:
    """Keep a page out of caches, and what is typed into it out of the pages of errors."""
    return never_cache(sensitive_post_parameters()(view))


def attach(request: HttpRequest, case: Case, slot: str, *, back: str) -> HttpResponse:
    """The page of one requirement; what was there stays until another file is taken."""
    requirement = facts.requirement(case, slot)
    if requirement is None:
        raise Http404
    form = DocumentForm(request.POST or None, request.FILES or None, requirement=requirement)
    if form.is_valid() and _is_taken(form, case, slot):
        return redirect(back)
    found = next(one for one in facts.slots(case) if one.slug == slot)
    if found.paper:
        form.initial["document"] = found.option.document.slug
    page = {
        "form": form,
        "case": case,
        "slot": found,
        "back": back,
        "takes_pictures": any(Format.JPG in option.formats for option in requirement.options),
        "limit": requirement.options[0].max_bytes,
        "limit_text": megabytes(requirement.options[0].max_bytes),
    }
    return render(request, "intake/document.html", page, status=422 if form.is_bound else 200)


def _is_taken(form: DocumentForm, case: Case, slot: str) -> bool:
    upload = form.cleaned_data["file"]
    try:
        actions.attach(
            case=case,
            slot=slot,
            option=form.option,
            chunks=upload.chunks(),
            name=upload.name or "",
            now=timezone.now(),
        )
    except FileRefusedError as refused:
        form.refuse(refused.reason)
    except SignatureRefusedError as refused:
        form.refuse(refused.reasons[0])
    except LimitError:
        form.refuse_limit()
    except WrongPaperError as wrong:
        form.refuse_paper(wrong.fault)
    except (BusyError, OSError):
        form.refuse_for_now()
    except RefusedError:  # submitted meanwhile, in another tab
        return True
    else:
        return True
    return False
