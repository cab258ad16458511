from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp
from django.conf import settings

from afilia.access.models import (
    BrowserSession,
    Delegation,
    EmployerKey,
    KeySession,
    KnownDevice,
    SecondFactor,
)
from afilia.access.queries import helping
from afilia.access.rules.acts import Act, NotGivenError
from afilia.access.rules.keys import KeySubject
from afilia.access.rules.sessions import Ending, SessionLimits, TimeLeft, ending, time_left
from afilia.employers.models import Employer
from afilia.kit import codes, sealing
from afilia.workers import queries as people


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Who is signed in: with the key of an employer, or with an accountant's own."""

    key_id: int
    number: str  # cédula or foreigner code of the person

    @property
    def is_accountant(self) -> bool:
        return True

    @property
    def subject(self) -> str:
        """What the ledger's entries about the key are about."""
        return f"key:{self.key_id}"


@dataclass(frozen=True, kw_only=True)
class Holder(Signed):
    """Who is signed in for an employer: a person with its key, or an accountant to whom it gave access.

    `key_id` is of the person's own key.
    """

    employer: Employer
    branches: frozenset[str] | None  # numbers of the branches open to the person; None means all
    acts: frozenset[Act] = frozenset(Act)  # what the person may do; whoever is signed in may read
    delegation_id: int | None = None  # by which the employer gave access; None: the key is the employer's

    @property
    def is_accountant(self) -> bool:
        return self.delegation_id is not None

    @property
    def subject(self) -> str:
        return f"employer:{self.employer.pk}" if self.delegation_id is None else super().subject

    @property
    def actor(self) -> str:
        """How the ledger names the person."""
        return f"holder:{self.key_id}" if self.delegation_id is None else f"helper:{self.delegation_id}"

    @property
    def is_owner(self) -> bool:
        """Whether the person has a key to the whole employer."""
        return self.delegation_id is None and self.branches is None

    def may(self, act: Act) -> bool:
        return act in self.acts

    def need(self, act: Act) -> None:
        """Raise NotGivenError, which the page tells, unless the person may do it."""
        if not self.may(act):
            raise NotGivenError(act)


def holder_of(employer: Employer, *, number: str) -> Holder | None:
    """The person with that identification number, where they have a key to the employer."""
    numbers = people.numbers_of(number)
    key = employer.keys.filter(number__in=numbers).select_related("employer").order_by("pk").first()
    return None if key is None else holder(key)


def holder(key: EmployerKey) -> Holder:
    """Who holds the key of an employer."""
    if key.employer is None:
        raise ValueError("the key of an accountant")
    branches = frozenset(key.branches.values_list("number", flat=True))
    return Holder(key_id=key.pk, employer=key.employer, number=key.number, branches=branches or None)


def helper(delegation: Delegation, *, key: EmployerKey) -> Holder:
    """Who works for an employer that gave access to the holder of a key."""
    return Holder(
        key_id=key.pk,
        employer=delegation.employer,
        number=key.number,
        branches=helping.branches(delegation),
        acts=frozenset(map(Act, delegation.acts)),
        delegation_id=delegation.pk,
    )


def signed(session: KeySession, *, now: datetime) -> Signed:
    """Who is signed in in a session that goes on: a Holder where it is for an employer."""
    if session.key.employer_id is not None:
        return holder(session.key)
    delegation = session.delegation
    if delegation is not None and helping.is_in_force(delegation, now=now):
        return helper(delegation, key=session.key)
    return Signed(key_id=session.key_id, number=session.key.number)


def branches_open(key: EmployerKey, employer: Employer, *, now: datetime) -> frozenset[str] | None:
    """The branches of an employer that are open to who holds a key now; None is all of them."""
    if key.employer_id is not None:
        return frozenset(key.branches.values_list("number", flat=True)) or None
    given = helping.in_force(key, employer, now=now)
    return frozenset() if given is None else helping.branches(given)


def keys_of_person(number: str) -> list[EmployerKey]:
    """The keys of the person with that number, under any of their numbers; those under this one first."""
    keys = EmployerKey.objects.filter(number__in=people.numbers_of(number)).order_by("pk")
    return sorted(keys, key=lambda key: key.number != number)


def key(key_id: int, *, changed_at: datetime) -> EmployerKey | None:
    """The key, when it is there and was not changed after `changed_at`."""
    return (
        EmployerKey.objects.select_related("employer", "accountant")
        .filter(pk=key_id, changed_at=changed_at)
        .first()
    )


def key_for_change(key_id: int, *, changed_at: datetime | None = None) -> EmployerKey | None:
    """The key, locked until the transaction ends; with `changed_at` only when it was not changed since."""
    keys = EmployerKey.objects.select_related("employer").select_for_update(of=("self",), no_key=True)
    found = keys.filter(pk=key_id)
    return (found if changed_at is None else found.filter(changed_at=changed_at)).first()


def subject_of(signed: Signed) -> KeySubject:
    """What must not be in the key of who is signed in."""
    return subject_of_key(EmployerKey.objects.select_related("employer", "accountant").get(pk=signed.key_id))


def subject_of_key(key: EmployerKey) -> KeySubject:
    """What must not be in a key that takes the place of this one."""
    if key.employer is not None:
        return key_subject(key.employer, number=key.number)
    return KeySubject(number=key.number, names=key.accountant.names, email=key.accountant.email)


def key_subject(employer: Employer, *, number: str) -> KeySubject:
    """What must not be in the key of the person with that identification number to the employer."""
    person = people.person_of(number)
    return KeySubject(
        number=number,
        names=person.names if person else "",
        ruc=employer.ruc,
        employer=employer.name,
        email=employer.email,
    )


def session_digest(session_key: str) -> bytes:
    """What a session is known by in the database."""
    return codes.digest(settings.SECRET_KEY, purpose="session", typed=session_key)


def session(session_id: int, *, session_key: str) -> KeySession | None:
    """The session with that number in the browser that has that session key."""
    found = KeySession.objects.select_related("key__employer", "key__accountant", "delegation__employer")
    return found.filter(pk=session_id, digest=session_digest(session_key)).first()


def session_ending(session: KeySession, *, now: datetime) -> Ending | None:
    """Why a session is over; None while it goes on."""
    return browser_ending(session, ended=session.key.changed_at != session.key_changed_at, now=now)


def browser_ending(session: BrowserSession, *, ended: bool, now: datetime) -> Ending | None:
    """Why a session is over by its own row, or because its account has `ended` it."""
    limits: SessionLimits = settings.SESSION_LIMITS
    return ending(
        started_at=session.started_at,
        seen_at=session.seen_at,
        ended=ended or session.ended_at is not None,
        now=now,
        limits=limits,
    )


def session_time_left(session: BrowserSession, *, now: datetime) -> TimeLeft:
    """How long a session goes on if nothing is done in it."""
    limits: SessionLimits = settings.SESSION_LIMITS
    return time_left(started_at=session.started_at, seen_at=session.seen_at, now=now, limits=limits)


def sessions_for_holder(holder: Signed, *, now: datetime) -> Sequence[KeySession]:
    """The holder's sessions that go on, the one used last first."""
    rows = KeySession.objects.select_related("key").filter(key=holder.key_id).order_by("-seen_at", "-pk")
    return [row for row in rows if session_ending(row, now=now) is None]


def device_digest(who: str, *, device: str) -> bytes:
    """What the device of a person or an account is known by in the database."""
    return codes.digest(settings.SECRET_KEY, purpose=f"device:{who}", typed=device)


def is_known_device(number: str, *, device: str) -> bool:
    """Whether the person with that number has signed in in the browser with that cookie."""
    digests = [device_digest(one, device=device) for one in people.numbers_of(number)]
    return KnownDevice.objects.filter(digest__in=digests).exists()


def has_second_factor(key: EmployerKey) -> bool:
    return SecondFactor.objects.filter(key=key, confirmed_at__isnull=False).exists()


def asks_code(holder: Signed) -> bool:
    """Whether the holder's key has a second factor."""
    return SecondFactor.objects.filter(key=holder.key_id, confirmed_at__isnull=False).exists()


def second_factor_for_holder(holder: Signed) -> SecondFactor | None:
    return SecondFactor.objects.filter(key=holder.key_id).first()


def second_factor_begun(holder: Signed, *, session_id: int) -> SecondFactor | None:
    """The second factor that is being set up in a session, in which alone its secret is shown."""
    factors = SecondFactor.objects.select_related("key__employer")
    return factors.filter(key=holder.key_id, begun_in=session_id, confirmed_at__isnull=True).first()


def second_factor_for_change(key_id: int) -> SecondFactor | None:
    """The second factor of a key, confirmed or not, locked until the transaction ends."""
    factors = SecondFactor.objects.select_related("key__employer").select_for_update(of=("self",))
    return factors.filter(key=key_id).first()


def recovery_codes_left(factor: SecondFactor) -> int:
    return factor.recovery_codes.filter(used_at=None).count()


def secret_purpose(key_id: int) -> str:
    return f"access.second-factor:{key_id}"


def secret(factor: SecondFactor) -> str:
    """The secret of the authenticator app, in base32. Raises SealBrokenError after a change of the key."""
    return sealing.unseal(settings.CODES_KEY, purpose=secret_purpose(factor.key_id), sealed=factor.sealed)


def app_address(factor: SecondFactor) -> str:
    """The address that an authenticator app reads from the QR."""
    key = factor.key
    name = f"{key.employer.ruc} {key.number}" if key.employer else key.number
    return pyotp.TOTP(secret(factor)).provisioning_uri(name=name, issuer_name="Afilia")
