"""Registered employers with drafts, browsers that have them open, and papers that a representative signed.

A process of the portal: `python -m bench.case_data COUNT FOLDER` prints the drafts as JSON.
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402  Django first
from django.utils import timezone  # noqa: E402

from afilia.cases import actions  # noqa: E402
from afilia.employers.models import Employer, Registration, Representative  # noqa: E402
from afilia.identifiers.person import cedula_check_digit  # noqa: E402
from afilia.procedures.rules import Channel  # noqa: E402
from tests.documents.authority import CEDULA, Authority  # noqa: E402
from tests.documents.papers import plain_jpeg, plain_pdf  # noqa: E402

SIGNED = 20  # different ones of each paper
PAPERS = ("solicitud", "acuerdo")
PHOTO = {"width": 1600, "height": 1200}


def main(count: int, folder: Path) -> None:
    now = timezone.now()
    authority = Authority.make(now=now)
    authority.trust()
    signer = authority.issue(cedula=CEDULA)
    for paper in PAPERS:
        for at in range(SIGNED):
            pdf = plain_pdf(pages=2, text=f"{paper} de prueba {at}, página")
            (folder / f"{paper}-{at}.pdf").write_bytes(signer.sign(pdf, at=now))
    (folder / "identidad.jpg").write_bytes(plain_jpeg(**PHOTO))
    drafts = []
    for at in range(count):
        nine = f"17{at:07d}"
        employer = Employer.objects.create(
            ruc=f"{nine}{cedula_check_digit(nine)}000",
            kind="domestic",
            name=f"Empleadora de prueba {at}",
            email=f"empleadora{at}@example.com",
            email_verified_at=now,
            province="17",
        )
        Representative.objects.create(employer=employer, document="cedula", number=CEDULA, names="PRUEBA")
        Registration.objects.create(employer=employer, registered_at=now)
        case = actions.begin(
            procedure="clave-patronal", channel=Channel.VIRTUAL, province="17", employer=employer, now=now
        )
        actions.write(case_id=case.pk, message="Pido la primera clave.", province="17")
        session = SessionStore()
        session["intake-cases"] = [case.key.hex]
        session.create()
        drafts.append([str(case.key), session.session_key])
    print(json.dumps(drafts))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
