"""What an operator wants to know before opening: each check says in one line what is wrong, or how it is."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta

import httpx
from django.conf import settings
from django.core import checks
from django.db import DatabaseError
from django.utils import timezone

from afilia.audit import queries as audit
from afilia.documents import queries as documents
from afilia.documents import signing
from afilia.documents.scanner import ScannerDownError
from afilia.kit import proxies
from afilia.kit.environment import SettingError
from afilia.ops import queries
from afilia.procedures import catalogue
from afilia.registries import sri, sut

OLDEST_POSTGRESQL = 15
LEAST_FREE = 2 * 1024**3  # bytes
STALE_AFTER = 15.0  # seconds
EXPIRES_SOON = timedelta(days=30)  # of the certificate that signs
OLDEST_SRI_COPY = 45  # days: the SRI publishes every month
LONGEST_SCAN_WAIT = timedelta(minutes=15)
ASKED_OF_SRI = "9999999999999"  # nobody's: that it knows no such RUC is an answer


class Trouble(Exception):  # noqa: N818  what a doctor finds
    """A check failed; the text says what and what to do."""


def examine(*, now: datetime) -> list[tuple[str, bool, str]]:
    """Run all checks; for each its name, whether it passed, and one line."""
    results = []
    for name, check in CHECKS.items():
        try:
            results.append((name, True, check(now)))
        except (Trouble, SettingError, DatabaseError, OSError) as error:
            results.append((name, False, " ".join(str(error).split())))
    return results


def _settings(_now: datetime) -> str:
    found = checks.run_checks(include_deployment_checks=not settings.DEMO)
    serious = [message for message in found if message.is_serious() and not message.is_silenced()]
    if serious:
        raise Trouble("; ".join(message.msg for message in serious))
    return "demo" if settings.DEMO else "production"


def _database(_now: datetime) -> str:
    version = queries.server_version()
    if version < OLDEST_POSTGRESQL:
        raise Trouble(f"PostgreSQL {version} is too old; {OLDEST_POSTGRESQL} or later is needed.")
    if missing := queries.missing_migrations():
        raise Trouble(f"{len(missing)} migrations are missing: run `afilia migrate`.")
    return f"PostgreSQL {version}, all migrations applied"


def _files(_now: datetime) -> str:
    settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.FILES_DIR) as probe:
        probe.write(b"doctor")
    free = shutil.disk_usage(settings.FILES_DIR).free
    if free < LEAST_FREE:
        raise Trouble(f"Only {free // 1024**2} MB are free in {settings.FILES_DIR}.")
    return f"{settings.FILES_DIR} is writable, {free // 1024**3} GB free"


def _signature(now: datetime) -> str:
    until = signing.valid_until()
    if until < now:
        raise Trouble(
            f"{settings.SIGNING_PKCS12} expired on {until:%Y-%m-%d} and receipts wait unsigned: set"
            " AFILIA_SIGNING_PKCS12 to a file with a current certificate."
        )
    if until < now + EXPIRES_SOON:
        raise Trouble(f"{settings.SIGNING_PKCS12} expires on {until:%Y-%m-%d}: get the next certificate.")
    return f"{settings.SIGNING_PKCS12} opens, valid until {until:%Y-%m-%d}"


def _proxies(_now: datetime) -> str:
    if not settings.TRUSTED_PROXIES:
        return "none: the address of the connection is the client's"
    address = f"{settings.PUBLIC_URL}/livez"
    try:
        answer = httpx.get(address, headers=proxies.ask(), timeout=5.0).headers.get(proxies.ANSWER)
    except httpx.HTTPError as error:
        raise Trouble(f"{address} does not answer ({type(error).__name__}): AFILIA_PUBLIC_URL.") from None
    if answer is None:
        raise Trouble(f"{address} is not this portal, or has another AFILIA_SECRET_KEY.")
    if answer != proxies.DROPPED:
        raise Trouble(
            "The proxy lets header names with an underscore through: anyone can say with X_Forwarded_For who"
            " they are. Make it drop them (docs/operations.md)."
        )
    return f"{len(settings.TRUSTED_PROXIES)} networks, header names with an underscore are dropped"


def _worker(now: datetime) -> str:
    heartbeats = queries.worker_heartbeats(now=now)
    if not heartbeats or heartbeats[0] > STALE_AFTER:
        raise Trouble("No worker is running: start `afilia serve`, or `afilia work` on some machine.")
    if failed := queries.jobs_by_status()["failed"]:
        raise Trouble(f"{failed} jobs failed: see the log, then `afilia procrastinate shell` to retry them.")
    return f"{sum(age <= STALE_AFTER for age in heartbeats)} running"


def _ledger(_now: datetime) -> str:
    if broken := audit.verify():
        raise Trouble(f"Entry {broken.pk} does not follow from the one before: compare with a backup.")
    return "the chain is whole"


def _sri(now: datetime) -> str:
    if settings.SRI_URL:
        try:
            sri.look_up(ASKED_OF_SRI)
        except sri.RegisterDownError:
            raise Trouble(f"{settings.SRI_URL} does not answer: nobody can be registered.") from None
        return f"{settings.SRI_URL} answers"
    loaded_on = sri.copy_loaded_on()
    if loaded_on is None:
        raise Trouble(
            "The local copy is empty: load it with `afilia import-sri FILE…`, or set AFILIA_SRI_URL."
        )
    days = (timezone.localdate(now) - loaded_on).days
    if days > OLDEST_SRI_COPY:
        raise Trouble(f"The local copy is {days} days old: load this month's with `afilia import-sri FILE…`.")
    return f"local copy of {loaded_on}"


def _sut(_now: datetime) -> str:
    if not catalogue.load().asks_for("contrato-sut"):
        return "no procedure asks for it"
    if settings.SUT_URL:
        try:
            sut.look_up(ruc=ASKED_OF_SRI, number="0", birth_on=date(1900, 1, 1))
        except sut.RegisterDownError:
            raise Trouble(
                f"{settings.SUT_URL} does not answer: requests for a foreigner's code wait for it."
            ) from None
        return f"{settings.SUT_URL} answers"
    if not sut.is_copy_loaded():
        raise Trouble(
            "The local copy is empty: load it with `afilia import-sut FILE`, or set AFILIA_SUT_URL."
        )
    return "local copy"


def _scanner(now: datetime) -> str:
    if settings.CLAMAV is None:
        return "none: files that people send are shown as not scanned"
    try:
        version = settings.CLAMAV.version()
    except ScannerDownError as error:
        raise Trouble(
            f"{error}: files wait and nobody can open them. Start clamd, or mend AFILIA_CLAMAV."
        ) from None
    waited = documents.longest_scan_wait(now=now)
    if waited > LONGEST_SCAN_WAIT:
        raise Trouble(
            f"A file has waited {waited // timedelta(minutes=1)} minutes for its scan: see the log."
        )
    return version


def _trust_roots(now: datetime) -> str:
    roots = list(documents.trust_roots())
    expired = [root for root in roots if root.valid_until < now]
    if expired:
        raise Trouble(f"«{expired[0].name}» expired: `afilia trust-roots` removes it and adds its successor.")
    if not roots and not settings.DEMO:
        raise Trouble(
            "None: no electronic signature is believed. Add them with `afilia trust-roots add FILE…`."
        )
    return f"{len(roots)} authorities are believed"


CHECKS: dict[str, Callable[[datetime], str]] = {
    "settings": _settings,
    "database": _database,
    "files": _files,
    "signature": _signature,
    "proxies": _proxies,
    "worker": _worker,
    "ledger": _ledger,
    "sri": _sri,
    "sut": _sut,
    "scanner": _scanner,
    "trust roots": _trust_roots,
}
