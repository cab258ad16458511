"""Issuing foreigner codes."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count, islice

from django.db import IntegrityError, transaction

from afilia.identifiers.foreign import DocumentId
from afilia.identifiers.person import foreigner_code
from afilia.workers import queries
from afilia.workers.models import CodeSeries, IdentityDocument, IdentityKind, IdentityNumber, Person

LOOK_AHEAD = 100  # serials that are looked up at once where older codes are in the way


class HasCodeError(Exception):
    """The person with that document has an identity number."""

    def __init__(self, number: str) -> None:
        super().__init__("the person with that document has a number")
        self.number = number


class SeriesFullError(Exception):
    """All the codes of a prefix are given."""


def issue_code(
    *, names: str, birth_on: date, document: DocumentId, prefix: str, now: datetime
) -> IdentityNumber:
    """Give somebody who has no number yet a foreigner code, in the transaction of the caller.

    An official saw the document. Codes with a prefix follow one another: none is left out by a transaction
    that is rolled back, and only numbers that exist are passed over. So the next one waits for the end of
    this transaction. Lock the labour history of an employer before, if at all.

    Raises HasCodeError when the person with that document has a number, SeriesFullError when there is no
    code left.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("issue a code in the transaction of its request")
    CodeSeries.objects.get_or_create(prefix=prefix)
    series = CodeSeries.objects.select_for_update().get(prefix=prefix)
    _refuse_known(document)
    person = Person.objects.create(names=names, birth_on=birth_on, identity_confirmed_at=now)
    try:
        with transaction.atomic():
            IdentityDocument.objects.create(
                person=person, kind=document.kind, country=document.country, number=document.number
            )
    except IntegrityError:  # with another prefix, or from a file, at this moment
        _refuse_known(document)
        raise
    for serial, number in _free_codes(prefix, after=series.last):
        try:
            with transaction.atomic():
                code = IdentityNumber.objects.create(
                    number=number, kind=IdentityKind.FOREIGNER_CODE, person=person
                )
        except IntegrityError:  # an employer's file brought it at this moment
            continue
        series.last = serial
        series.save()
        return code
    raise SeriesFullError(prefix)


def _refuse_known(document: DocumentId) -> None:
    known = queries.document_of(document)
    number = known and known.person.numbers.order_by("-kind", "pk").first()
    if number:
        raise HasCodeError(number.number)


def _free_codes(prefix: str, *, after: int) -> Iterator[tuple[int, str]]:
    """The codes that nobody has, in their order; the end is that of the series."""
    codes = _codes(prefix, after=after)
    while ahead := dict(islice(codes, LOOK_AHEAD)):
        taken = IdentityNumber.objects.filter(number__in=ahead.values()).values_list("number", flat=True)
        given = set(taken)
        yield from ((serial, number) for serial, number in ahead.items() if number not in given)


def _codes(prefix: str, *, after: int) -> Iterator[tuple[int, str]]:
    for serial in count(after + 1):
        try:
            yield serial, foreigner_code(prefix, serial)
        except ValueError:
            return
