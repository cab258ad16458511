from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from afilia.access import actions, sessions
from afilia.access.forms import SignInForm
from afilia.access.rules.limits import Reason, Refusal
from afilia.kit.proxies import client_address


@never_cache
@sensitive_post_parameters("number", "key")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    page = {"form": form, "next": wanted}
    if not form.is_valid():
        return render(request, "access/sign_in.html", page)
    key = actions.sign_in(
        number=form.cleaned_data["number"],
        key=form.cleaned_data["key"],
        address=client_address(request),
        now=timezone.now(),
    )
    if isinstance(key, Refusal):
        form.refuse(key)
        status = 429 if key.reason is Reason.LOCKED else 200
        return render(request, "access/sign_in.html", page, status=status)
    sessions.start(request, key)
    return redirect(_local(wanted) or reverse("site:employers"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    holder = sessions.holder(request)
    request.session.flush()
    if holder is not None:
        actions.sign_out(holder=holder, now=timezone.now())
    return redirect("site:home")


def _local(address: str) -> str:
    """The address when it is a path of this portal, else nothing."""
    local = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if local else ""
