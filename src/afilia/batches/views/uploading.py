from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, act_required
from afilia.batches import actions
from afilia.batches.actions import UploadRefusal, UploadRefusedError
from afilia.batches.forms import UploadForm, kept_name
from afilia.batches.uploads import found_no_room
from afilia.batches.views.common import REFUSED, given_catalogue, lead_to, max_megabytes, sender_of
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(*ACTS.values())
def upload(request: HolderRequest) -> HttpResponse:
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        catalogue=given_catalogue(request.holder),
        language=language(),
        max_megabytes=max_megabytes(),
        initial={"novedad": request.GET.get("tipo", "")},
    )
    if found_no_room(request):
        form.refuse(UploadRefusal.DISK_FULL)
    elif request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            batch = actions.receive(
                sender=sender_of(request.holder),
                novedad=form.cleaned_data["novedad"],
                file_name=kept_name(form.upload.name or ""),
                chunks=form.path,
                now=now,
            )
        except UploadRefusedError as refused:
            form.refuse(refused.reason)
        else:
            return lead_to(request, batch, now)
    status = REFUSED if form.is_bound else 200
    return render(request, "batches/upload.html", {"form": form}, status=status)
