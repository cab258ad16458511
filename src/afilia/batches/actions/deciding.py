from collections.abc import Collection
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.batches import files, queries, receipts
from afilia.batches.actions.steps import Clock, Sender, ask_for_plan, move
from afilia.batches.locks import exclusive
from afilia.batches.models import Batch, Progress
from afilia.batches.progress import shown
from afilia.batches.rules import Mode, Refusal, State, judge_confirmation
from afilia.dependents import actions as dependents
from afilia.dependents import planning as dependents_planning
from afilia.documents import actions as documents
from afilia.documents import rendering, signing
from afilia.documents.models import Kind
from afilia.employers.models import Employer
from afilia.kit import queue
from afilia.notices import actions as notices
from afilia.novedades import actions as novedades
from afilia.novedades import planning
from afilia.novedades.rules.layouts import Context, Effect
from afilia.novedades.rules.marks import Severity


def plan(*, batch_id: UUID, attempt: int, now: datetime, clock: Clock | None = None) -> None:
    """Make the plan that was asked for; nothing when it is made, or another was asked for since.

    `now` says which day it is; `clock` tells when the work is done, which for a large file is later.
    """
    with exclusive(batch_id):
        batch = Batch.objects.select_related("employer", "key").get(pk=batch_id)
        if batch.state != State.RECEIVED or batch.attempt != attempt:
            return
        version, summary = _make_plan(batch, now=now)
        with transaction.atomic():
            batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
            if batch.attempt != attempt:
                return
            move(batch, to=State.REFUSED if summary["refused"] else State.PLANNED)
            _keep_plan(batch, version=version, summary=summary, today=timezone.localdate(now))
            batch.decided_at = clock() if clock else now
            batch.save()
            audit.record(
                "batch.planned",
                actor="system",
                subject=f"batch:{batch.id}",
                at=batch.decided_at,
                facts={
                    **{name: cast("int | str", summary[name]) for name in COUNTED},
                    "codes": _rejecting(summary),
                    **_counted_as(batch.novedad, timezone.localdate(now)),
                },
            )
        files.drop_older_plans(batch)


COUNTED = ("refused", "lines", "accepted", "rejected", "new", "corrections", "unchanged", "digest")


def _rejecting(summary: dict[str, object]) -> dict[str, int]:
    """How many lines each code of an error was found in."""
    found = cast("list[tuple[str, str, int]]", summary["codes"])
    return {code: lines for severity, code, lines in found if severity == Severity.ERROR}


def _make_plan(batch: Batch, *, now: datetime) -> tuple[int, dict[str, object]]:
    """The version of the history that the plan rests on, read before it, and the plan's summary."""
    version = Employer.objects.values_list("history_version", flat=True).get(pk=batch.employer_id)
    allowed, today = queries.branches_of(batch, now=now), timezone.localdate(now)
    with shown(batch) as progress:
        summary = planning.make(
            lambda: files.open_upload(batch),
            employer=batch.employer,
            allowed=allowed,
            novedad=batch.novedad,
            context=context(today),
            folder=files.plan_folder(batch),
            progress=progress,
            judged_by=dependents_planning.make
            if _of_dependents(batch.novedad, timezone.localdate(now))
            else None,
        )
    return version, {**summary, "branches": None if allowed is None else sorted(allowed)}


def _of_dependents(novedad: str, on: date) -> bool:
    layout = context(on).catalogue.layouts.get(novedad)
    return layout is not None and layout.effect is Effect.DEPENDENT


def _counted_as(novedad: str, on: date) -> dict[str, str]:
    """The procedure of a file, where it is not that of novedades."""
    return {"procedure": "dependientes"} if _of_dependents(novedad, on) else {}


def context(today: date) -> Context:
    made: Context = settings.POLICY.context(today)
    return made


def _keep_plan(batch: Batch, *, version: int, summary: dict[str, object], today: date) -> None:
    batch.history_version = version
    batch.summary = summary
    batch.planned_on = today


@transaction.atomic
def confirm(
    *,
    batch_id: UUID,
    sender: Sender,
    mode: Mode,
    max_error_percent: int | None,
    corrections_meant: bool,
    now: datetime,
    digest: str | None = None,
) -> Refusal | None:
    """Have a planned batch registered, or say why it may not be. Confirming twice does nothing more.

    `digest` is that of the plan that the employer saw: another one is not what was confirmed.
    A plan of another day is made again first: lateness counts from the day of confirming (PLAN_IS_OLD). So is
    one for branches that the sender's key is not for any more.
    """
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id, employer=sender.employer)
    if batch.state in {State.CONFIRMED, State.REGISTERED}:
        return None
    if batch.state != State.PLANNED:
        return Refusal.NOT_PLANNED
    outdated = _outdated(batch, sender, digest=digest, today=timezone.localdate(now))
    if outdated:
        return outdated
    refusal = judge_confirmation(
        queries.counts(batch),
        mode=mode,
        max_error_percent=max_error_percent,
        corrections_meant=corrections_meant,
    )
    if refusal:
        return refusal
    move(batch, to=State.CONFIRMED)
    batch.mode = mode
    batch.max_error_percent = max_error_percent if mode is Mode.PERCENT else None
    batch.corrections_meant = corrections_meant
    batch.confirmed_at = now
    batch.confirmed_by = sender.by_number
    batch.save()
    Progress.objects.update_or_create(batch=batch, defaults={"percent": 0, "lines": 0})
    queue.defer("batches.register", batch_id=str(batch.id))
    audit.record(
        "batch.confirmed",
        actor=sender.actor,
        subject=f"batch:{batch.id}",
        at=now,
        facts={"mode": mode.value, "percent": batch.max_error_percent, "corrections": corrections_meant},
    )
    return None


def _outdated(batch: Batch, sender: Sender, *, digest: str | None, today: date) -> Refusal | None:
    """Say why the plan that there is cannot be confirmed, and ask for another one where that helps."""
    if batch.planned_on != today:
        ask_for_plan(batch)
        return Refusal.PLAN_IS_OLD
    if not _within(batch.summary.get("branches"), sender.branches):
        ask_for_plan(batch)
        return Refusal.PLAN_CHANGED
    return Refusal.PLAN_CHANGED if digest not in {None, batch.summary["digest"]} else None


def _within(planned: Collection[str] | None, allowed: frozenset[str] | None) -> bool:
    """Whether who may file for some branches may file what was planned for some; None is all of them."""
    return allowed is None or (planned is not None and allowed.issuperset(planned))


def register(*, batch_id: UUID, now: datetime, clock: Clock | None = None) -> None:
    """Register a confirmed batch in one transaction; nothing when it is registered already.

    When the history changed since the plan, the plan is made again: if nothing in it is different the batch
    is registered, else it goes back to the employer.
    """
    with exclusive(batch_id):
        while not _registered(batch_id, now=now, clock=clock):
            batch = Batch.objects.select_related("employer", "key").get(pk=batch_id)
            batch.attempt += 1  # in a folder of its own: the plan that was confirmed is still shown
            version, summary = _make_plan(batch, now=batch.confirmed_at or now)
            with transaction.atomic():
                batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
                batch.attempt += 1
                different = summary["digest"] != batch.summary["digest"]
                _keep_plan(
                    batch,
                    version=version,
                    summary={**summary, "changed": different},
                    today=timezone.localdate(batch.confirmed_at),
                )
                if different:
                    move(batch, to=State.PLANNED)
                    audit.record("batch.plan-changed", actor="system", subject=f"batch:{batch_id}", at=now)
                batch.save()
            files.drop_older_plans(batch)


def _registered(batch_id: UUID, *, now: datetime, clock: Clock | None) -> bool:
    """False when the plan does not rest on the present history and people."""
    try:
        return _register_if_fresh(batch_id, now=now, clock=clock)
    except novedades.StalePlanError:
        return False


@transaction.atomic
def _register_if_fresh(batch_id: UUID, *, now: datetime, clock: Clock | None) -> bool:
    """False when the plan does not rest on the present history."""
    employer = Employer.objects.get(batches=batch_id)
    version = novedades.lock_history(employer)
    batch = Batch.objects.select_for_update(of=("self",), no_key=True).select_related("key").get(pk=batch_id)
    if batch.state != State.CONFIRMED or batch.confirmed_at is None:
        return True
    if batch.history_version != version:
        return False
    on = timezone.localdate(batch.confirmed_at)
    count = queries.counts(batch).to_register(corrections_meant=batch.corrections_meant)
    register_lines = dependents.register if _of_dependents(batch.novedad, on) else novedades.register
    batch.filing = register_lines(
        employer=employer,
        by_number=batch.confirmed_by,
        folder=files.plan_folder(batch),
        layout=context(on).catalogue.layouts[batch.summary["novedad"]],
        corrections_meant=batch.corrections_meant,
        count=count,
        foreigner_prefixes=settings.POLICY.foreigner_prefixes,
        filed_at=batch.confirmed_at,
    )
    move(batch, to=State.REGISTERED)
    batch.registered_at = clock() if clock else now
    batch.save()
    queue.defer("batches.receipt", batch_id=str(batch_id))
    audit.record(
        "batch.registered",
        actor="system",
        subject=f"batch:{batch_id}",
        at=now,
        facts={
            "filing": batch.filing.pk,
            "registered": count,
            "rejected": batch.summary["rejected"],
            "plan": batch.summary["digest"],
            "province": employer.province,
            **_counted_as(batch.novedad, on),
        },
    )
    return True


def issue_receipt(*, batch_id: UUID, now: datetime) -> None:
    """Sign and keep the receipt of a registered batch; nothing when it has one."""
    with exclusive(batch_id):
        batch = Batch.objects.select_related("employer", "filing").get(pk=batch_id)
        if batch.receipt_id is not None or batch.filing is None:
            return
        receipt = receipts.facts(batch, at=now)
        document = documents.issue(
            kind=Kind.RECEIPT,
            number=receipt.number,
            pdf=signing.sign(rendering.render_receipt(receipt), at=now),
            at=now,
            code=receipt.code,
        )
        with transaction.atomic():
            Batch.objects.filter(pk=batch_id).update(receipt=document)
            if batch.employer.email:
                _tell(batch, receipt, now=now)
            audit.record("batch.receipt-issued", actor="system", subject=f"batch:{batch_id}", at=now)


def _tell(batch: Batch, receipt: rendering.ReceiptFacts, *, now: datetime) -> None:
    notices.post(
        to=batch.employer.email,
        template="batches/mail/registered.txt",
        facts={
            "number": receipt.number,
            "file_name": receipt.file_name,
            "lines": receipt.lines,
            "registered": receipt.registered + receipt.corrections,
            "rejected": receipt.rejected,
            "address": f"{settings.PUBLIC_URL}{reverse('batches:batch', args=[batch.pk])}",
        },
        now=now,
    )
