from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from afilia.employers import actions, queries, rules
from afilia.registration.forms import EmailObjectionForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to_email(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a mail to the old address leads to; without an answer it changes nothing."""
    change = queries.email_change_of_objection(token)
    if change is None:
        raise Http404
    form = EmailObjectionForm(request.POST if request.method == "POST" else None)
    page = {"change": change, "masked": rules.masked(change.new), "form": form}
    if not form.is_valid():
        return render(request, "registration/email_object.html", page, status=422 if form.is_bound else 200)
    if form.cleaned_data["answer"] == "yes":
        return render(request, "registration/email_object.html", page | {"is_own": True})
    actions.object_to_email_change(token=token, now=timezone.now())
    return redirect("registration:email-object", token)
