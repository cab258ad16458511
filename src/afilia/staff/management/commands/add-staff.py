"""`afilia add-staff EMAIL --names N --office CODE --role counter --by OPERATOR`: an official's first key."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from afilia.offices import queries as offices
from afilia.offices.provinces import PROVINCES
from afilia.staff import actions
from afilia.staff.actions import MemberExistsError, NotGrantedError
from afilia.staff.rules import Role


class Command(BaseCommand):
    help = "Make an account for an official and print a key for one use: it is not known again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="institutional address")
        parser.add_argument("--names", required=True)
        parser.add_argument(
            "--role", action="append", required=True, choices=[role.value for role in Role], dest="roles"
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--office", metavar="CODE", help="without it and --province: national")
        place.add_argument("--province", metavar="CODE", default="", choices=[*PROVINCES])
        parser.add_argument("--by", metavar="OPERATOR", required=True, help="who adds the official")

    def handle(
        self,
        *_args: Any,
        email: str,
        names: str,
        roles: list[str],
        office: str | None,
        province: str,
        by: str,
        **_options: Any,
    ) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        found = offices.office(office) if office else None
        if office and found is None:
            raise CommandError(f"No office has the code {office}.")
        try:
            key = actions.add_member(
                email=email,
                names=names,
                roles=frozenset(map(Role, roles)),
                office=found,
                province=province,
                by=by,
                now=timezone.now(),
            )
        except MemberExistsError:
            raise CommandError(
                f"{email} has an account. `afilia reset-staff` hands over a new key."
            ) from None
        except NotGrantedError:
            raise CommandError("Who attends at a counter needs an --office.") from None
        self.stdout.write(key)
        self.stderr.write(f"It serves once, within {settings.HANDED_KEY_HOURS} hours.")
