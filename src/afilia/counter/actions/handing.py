"""Seeing the papers at a counter, and handing the key over."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from afilia.access import actions as access
from afilia.access.actions.keys import hold
from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.cases import actions as cases
from afilia.cases.models import Case
from afilia.cases.queries import desk
from afilia.cases.rules.moves import State as CaseState
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries
from afilia.counter.rules import handing
from afilia.counter.rules.handing import Handing, Refusal, Road, Standing, State
from afilia.documents import requests
from afilia.employers import queries as employers
from afilia.employers.models import Employer, Representative
from afilia.employers.rules import Document, Identity
from afilia.notices import actions as notices
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel, ReasonKind, WhoComes, reasons
from afilia.recovery.actions import is_active
from afilia.registries.errors import RegisterDownError
from afilia.staff.rules import Role, Staff

TOKEN_BYTES = 20
AGREEMENT = "acuerdo"  # slug of the document


class RefusedError(Exception):
    """A key that is not handed over; `reason` says why. Nothing was done."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Papers:
    """What an official saw, and of whom.

    `seen` has the document for each requirement, by their slugs. A third party is named by cédula and names;
    `number` is with what the key's person signs in, empty where the papers on record say it.
    """

    who_comes: WhoComes
    email: str  # of the employer
    road: Road
    seen: Mapping[str, str] = field(default_factory=dict)
    came_number: str = ""
    came_names: str = ""
    number: str = ""
    again: str = ""  # why another key


def prepare(*, employer: Employer, case: Case | None, papers: Papers, by: Staff, now: datetime) -> Handover:
    """Write down that an official of an office saw the papers and who came: the key may follow.

    Raises RefusedError, also where the Registro Civil knows the third party's cédula with other names; where
    it does not answer, the official's own eyes count. Not in a transaction.
    """
    person = employer.representative
    is_third = papers.who_comes is not WhoComes.EMPLOYER
    if is_third and employers.identity_of(papers.came_number, papers.came_names) is Identity.DIFFERENT:
        raise RefusedError(Refusal.IDENTITY)
    asked = queries.papers(employer, person, who_comes=papers.who_comes, road=papers.road, case=case)
    if not handing.are_met(asked, seen=papers.seen):
        raise RefusedError(Refusal.INCOMPLETE)
    number = papers.number if queries.needs_foreigner_code(person) else person.number
    _refuse(
        handing.again_refusal(
            queries.standing(employer, number=number),
            is_supervised=Role.SUPERVISOR in by.roles,
            has_reason=bool(papers.again),
        )
    )
    if papers.road is Road.LINK and not queries.is_linkable(employer, email=papers.email):
        raise RefusedError(Refusal.NO_VERIFIED_EMAIL)
    is_agreed = case is not None or AGREEMENT in papers.seen.values()
    with transaction.atomic():
        handover = Handover.objects.create(
            employer=employer,
            case=case,
            office_id=_office(by),
            by_id=by.id,
            number=number,
            who_comes=papers.who_comes,
            email=papers.email,
            seen=dict(papers.seen),
            agreement=requests.texts()["agreement"]["version"] if is_agreed else "",
            road=papers.road,
            again=papers.again,
            state=State.PREPARED,
            prepared_at=now,
            **_came(person, papers),
        )
        _record("counter.papers-seen", handover, by=by, now=now, seen=handover.seen, **_about(handover))
    return handover


def give(*, handover_id: UUID, seen: int, by: Staff, now: datetime) -> str | None:
    """Hand the key over: the key for the sheet, known only now, or None when a link went by mail.

    `seen` is how many times it was given when the official's page was made. A key given again ends the one
    before, and so does its link. An approved case is delivered with it. Raises RefusedError,
    Handover.DoesNotExist where it is another official's. Not in a transaction: the SRI is asked first.
    """
    handover = queries.handover_for_staff(by, handover_id)
    if handover is None or handover.by_id != by.id:
        raise Handover.DoesNotExist
    try:
        if not is_active(handover.employer.ruc):
            raise RefusedError(Refusal.NOT_ACTIVE)
    except RegisterDownError:
        raise RefusedError(Refusal.REGISTER_DOWN) from None
    return _give(handover_id, seen=seen, by=by, now=now)


@transaction.atomic
def refuse(
    *, employer: Employer, who_comes: WhoComes, reason: str, text: str, by: Staff, now: datetime
) -> Handover:
    """Write down that an official gave no key and why, and tell the employer by mail.

    `reason` is a slug of the procedure's refusals; KeyError for another.
    """
    known = {one.slug for one in reasons(load(), queries.procedure(), ReasonKind.REFUSAL)}
    if reason not in known:
        raise KeyError(reason)
    handover = Handover.objects.create(
        employer=employer,
        office_id=_office(by),
        by_id=by.id,
        who_comes=who_comes,
        state=State.REFUSED,
        reason=reason,
        text=text,
        prepared_at=now,
    )
    if employer.email:
        notices.post(
            to=employer.email,
            template="counter/mail/refused.txt",
            facts={
                "employer": employer,
                "office": handover.office,
                "reason": load().reasons[reason].text.es,
                "text": text,
                "at": timezone.localtime(now),
            },
            now=now,
        )
    _record("counter.key-refused", handover, by=by, now=now, reason=reason, who_comes=who_comes)
    return handover


@transaction.atomic
def settle(*, case: Case, by: Staff, now: datetime) -> None:
    """End an approved case whose employer got a key by another road meanwhile.

    Raises RefusedError without such a key, cases.RefusedError and Case.DoesNotExist like `cases.deliver`.
    """
    number = case.employer.representative.number
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    hold(employer=case.employer, number=number)
    if queries.standing(case.employer, number=number) is Standing.NONE:
        raise RefusedError(Refusal.NO_KEY)
    cases.deliver(case_id=case.pk, by=by, now=now)


@transaction.atomic
def record_look(*, employer: Employer, by: Staff, now: datetime) -> None:
    """Write down that an official read an employer's data."""
    audit.record(
        "counter.looked-at",
        actor=by.actor,
        subject=f"employer:{employer.pk}",
        at=now,
        facts={"office": by.office_id},
    )


@transaction.atomic
def record_search(*, typed: str, found: int, by: Staff, now: datetime) -> None:
    """Write down that an official looked for employers by a number, which the ledger does not tell."""
    audit.record(
        "counter.searched",
        actor=by.actor,
        subject=f"office:{by.office_id}",
        at=now,
        facts={"number": queries.reference(typed), "found": found},
    )


@transaction.atomic
def forget_prepared(*, now: datetime) -> None:
    """Forget papers that were seen and brought no key, with who came: the ledger keeps that they were."""
    queries.prepared_before(now - timedelta(days=1)).delete()


@transaction.atomic
def _give(handover_id: UUID, *, seen: int, by: Staff, now: datetime) -> str | None:
    handover = queries.handover_for_change(handover_id)
    case = _held_case(handover, by)
    # Before the ledger, whose lock everybody waits for; another handing over waits here for this one.
    hold(employer=handover.employer, number=handover.number)
    employer = handover.employer
    employer.refresh_from_db()
    _refuse(handing.refusal(_as_it_stands(handover, employer, seen=seen, by=by), now=now))
    handover.state, handover.given_at, handover.times = State.GIVEN, now, handover.times + 1
    handover.save()
    key = access.hand_over_key(
        employer=employer, number=handover.number, email=handover.email, now=now, actor=by.actor
    )
    if handover.road == Road.LINK:
        _send_link(handover, now=now)
    if case is not None and case.state == CaseState.APPROVED:
        cases.deliver(case_id=case.pk, by=by, now=now)
    _record(
        "counter.key-handed-over",
        handover,
        by=by,
        now=now,
        times=handover.times,
        agreement=handover.agreement,
        again=bool(handover.again),
        **_about(handover),
    )
    return None if handover.road == Road.LINK else key


def _as_it_stands(handover: Handover, employer: Employer, *, seen: int, by: Staff) -> Handing:
    return Handing(
        state=State(handover.state),
        road=Road(handover.road),
        standing=queries.standing(employer, number=handover.number),
        is_supervised=Role.SUPERVISOR in by.roles,
        has_reason=bool(handover.again),
        prepared_at=handover.prepared_at,
        overtaken=queries.is_overtaken(handover),
        times=handover.times,
        seen=seen,
        is_email_verified=queries.is_linkable(employer, email=handover.email),
    )


def _held_case(handover: Handover, by: Staff) -> Case | None:
    """The case of a handing over, locked before the key is, as all lock it who end it."""
    if handover.case_id is None:
        return None
    if desk.visible(by).filter(pk=handover.case_id).first() is None:
        raise Handover.DoesNotExist
    return Case.objects.select_for_update(of=("self",)).get(pk=handover.case_id)


def _send_link(handover: Handover, *, now: datetime) -> None:
    token = secrets.token_hex(TOKEN_BYTES)
    key = handover.employer.keys.get(number=handover.number)
    handover.link, handover.tries, handover.used_at = queries.link_digest(token), 0, None
    handover.key_changed_at = key.changed_at
    handover.save(update_fields=["link", "tries", "used_at", "key_changed_at"])
    notices.post(
        to=handover.employer.email,
        template="counter/mail/link.txt",
        facts={
            "employer": handover.employer,
            "office": handover.office,
            "token": token,
            "until": timezone.localtime(key.handed_until),
            "hours": settings.HANDED_KEY_HOURS,
        },
        now=now,
        secret=True,
        expires_at=key.handed_until,
    )


def _came(person: Representative, papers: Papers) -> dict[str, str]:
    if papers.who_comes is WhoComes.EMPLOYER:
        return {
            "came_document": person.document,
            "came_number": person.number,
            "came_names": person.names,
        }
    return {
        "came_document": Document.CEDULA,
        "came_number": papers.came_number,
        "came_names": papers.came_names,
    }


def _about(handover: Handover) -> dict[str, Fact]:
    """Who came, as the ledger says it, and by what road the key goes."""
    return {
        "who_comes": handover.who_comes,
        "came_with": handover.came_document,
        "came": queries.reference(handover.came_number),
        "person": queries.reference(handover.number),
        "road": handover.road,
    }


def _office(by: Staff) -> int:
    if by.office_id is None:
        raise ValueError(f"{by.actor} is of no office, and keys are handed over in one")
    return by.office_id


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise RefusedError(reason)


def _record(event: str, handover: Handover, *, by: Staff, now: datetime, **facts: Fact) -> None:
    audit.record(
        event,
        actor=by.actor,
        subject=f"employer:{handover.employer_id}",
        at=now,
        facts={
            "handover": str(handover.pk),
            "office": handover.office.code,
            "province": handover.office.province,
            "channel": (Channel.COUNTER if handover.case_id is None else Channel.VIRTUAL).value,
            "case": handover.case_id,
            **facts,
        },
    )
