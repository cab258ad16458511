from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from afilia.employers import actions, queries, rules


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to_email(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a mail to the old address leads to; opened by a scanner it changes nothing."""
    change = queries.email_change_of_objection(token)
    if change is None:
        raise Http404
    if request.method == "POST":
        actions.object_to_email_change(token=token, now=timezone.now())
        return redirect("registration:email-object", token)
    return render(
        request, "registration/email_object.html", {"change": change, "masked": rules.masked(change.new)}
    )
