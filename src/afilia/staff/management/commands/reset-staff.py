"""`afilia reset-staff EMAIL --by OPERATOR`: a new key for an official who lost the phone or the key."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.staff import actions, queries


class Command(BaseCommand):
    help = "Take an official's key and second factor away and print a key for one use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--by", metavar="OPERATOR", required=True, help="who hands the key over")

    def handle(self, *_args: Any, email: str, by: str, **_options: Any) -> None:
        account = queries.account(email)
        key = account and actions.reset_member(by=by, member_id=account.pk, now=timezone.now())
        if not key:
            raise CommandError(f"{email} has no account that goes on.")
        self.stdout.write(key)
        self.stderr.write(f"It serves once, within {settings.HANDED_KEY_HOURS} hours.")
