"""The link in a mail, behind which a person chooses the first key. To open it changes nothing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access import queries as access
from afilia.access import sessions as access_sessions
from afilia.access.actions import KeyRefusedError
from afilia.access.views.sign_in import refuse_key
from afilia.counter import actions
from afilia.counter.forms.keys import LinkNumberForm, OwnKeyForm
from afilia.counter.queries import keys as queries

LINK, NUMBER = "counter-link", "counter-link-number"  # in the browser's session


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail: what it carries leaves the address."""
    digest = queries.link_digest(token.strip("/."))
    request.session.pop(NUMBER, None)
    if queries.of_link(digest, now=timezone.now()):
        request.session[LINK] = digest.hex()
    else:  # a session for each visit would let anybody fill the table
        request.session.pop(LINK, None)
    response = redirect("counter:own-key")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@sensitive_post_parameters("number", "new_key", "repeat")
@require_http_methods(["GET", "HEAD", "POST"])
def own_key(request: HttpRequest) -> HttpResponse:
    """First the number of the person, then a key of their own."""
    digest, now = bytes.fromhex(request.session.get(LINK, "")), timezone.now()
    found = queries.of_link(digest, now=now)
    if found is None:
        return render(request, "counter/link_dead.html")
    _, key = found
    number = request.session.get(NUMBER, "")
    if not number:
        return _ask_number(request, digest)
    form = OwnKeyForm(request.POST or None, about=access.subject_of_key(key))
    page = {"form": form, "employer": key.employer, "number": number}
    if not form.is_valid():
        return render(request, "counter/own_key.html", page)
    try:
        chosen = actions.use_link(digest=digest, number=number, new_key=form.cleaned_data["new_key"], now=now)
    except KeyRefusedError as error:
        refuse_key(form, error)
        return render(request, "counter/own_key.html", page)
    if chosen is None:
        return render(request, "counter/link_dead.html")
    onward = access_sessions.enter(request, chosen, quiet=True)  # the owner is told of the key
    messages.success(request, gettext("Su clave está guardada y ya ingresó con ella."))
    return redirect(onward)


def _ask_number(request: HttpRequest, digest: bytes) -> HttpResponse:
    form = LinkNumberForm(request.POST or None)
    if form.is_valid():
        number = form.cleaned_data["number"]
        answer = actions.open_link(digest=digest, number=number, now=timezone.now())
        if answer is None:
            return render(request, "counter/link_dead.html")
        if answer:
            request.session[NUMBER] = number
            request.session.cycle_key()
            return redirect("counter:own-key")
        form.refuse_another()
    return render(request, "counter/link.html", {"form": form})
