from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, act_required, holder_required
from afilia.batches.files import TooLargeError
from afilia.batches.forms import kept_name
from afilia.batches.uploads import found_no_room
from afilia.payroll import actions, queries
from afilia.payroll.forms import UploadForm
from afilia.payroll.views.comparison import CLOSING_ACTS, REFUSED

LATEST = 10


@require_safe
@holder_required
def index(request: HolderRequest) -> HttpResponse:
    latest = queries.for_holder(request.holder)[:LATEST]
    return render(request, "payroll/index.html", {"latest": latest})


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(*CLOSING_ACTS)
def upload(request: HolderRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, today=timezone.localdate())
    if found_no_room(request):
        form.refuse_room()
    elif form.is_valid():
        try:
            comparison = actions.receive(
                holder=request.holder,
                file_name=kept_name(form.upload.name or ""),
                path=form.path,
                month=form.month,
                now=timezone.now(),
            )
        except TooLargeError:
            form.refuse_size()
        except actions.DiskFullError:
            form.refuse_room()
        else:
            return redirect("payroll:comparison", comparison.pk)
    return render(request, "payroll/upload.html", {"form": form}, status=REFUSED if form.is_bound else 200)
