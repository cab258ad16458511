"""`afilia hand-over-key --employer RUC --number N --email E --by OPERATOR`: a key for who stands there."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from afilia.access import actions
from afilia.employers.models import Employer
from afilia.identifiers.person import person_number_fault


class Command(BaseCommand):
    help = "Make a key that a person must change at the first sign-in, and print it: it is not known again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--employer", metavar="RUC", required=True)
        parser.add_argument("--number", required=True, help="cédula or foreigner code of the person")
        parser.add_argument(
            "--email", required=True, help="address of the employer in the papers; it replaces another"
        )
        parser.add_argument("--by", metavar="OPERATOR", required=True, help="who hands it over")

    def handle(self, *_args: Any, employer: str, number: str, email: str, by: str, **_options: Any) -> None:
        found = Employer.objects.filter(ruc=employer).first()
        if found is None:
            raise CommandError(f"No employer has the RUC {employer}.")
        if person_number_fault(number, foreigner_prefixes=settings.POLICY.foreigner_prefixes):
            raise CommandError(f"{number} is neither a cédula nor a foreigner code.")
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        key = actions.hand_over_key(
            employer=found, number=number, email=email, now=timezone.now(), actor=f"operator:{by}"
        )
        self.stdout.write(key)
        self.stderr.write(f"It serves once, within {settings.HANDED_KEY_HOURS} hours.")
