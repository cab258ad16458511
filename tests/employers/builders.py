from afilia.employers.rules import Application, Document, Kind, Person, Place
from afilia.registries.rules import Standing
from tests.builders import NOW, cedula, company_ruc


def make_representative(**changes: object) -> Person:
    fields = {"document": Document.CEDULA, "number": cedula(), "names": "ANDRADE PRUEBA LUISA FERNANDA"}
    return Person(**fields | changes)


def make_application(**changes: object) -> Application:
    """A company with two branches unless told otherwise."""
    fields = {
        "kind": Kind.COMPANY,
        "ruc": company_ruc(),
        "name": "COMERCIAL DE PRUEBA S. A.",
        "standing": Standing.ACTIVE,
        "representative": make_representative(),
        "branches": (
            Place(name="MATRIZ", address="Av. de Prueba 1"),
            Place(name="BODEGA", address="Calle 2"),
        ),
        "province": "17",
        "canton": "Quito",
        "street": "Av. de Prueba N1-23",
        "phone": "0991234567",
        "email": "empresa@example.com",
        "email_verified_at": NOW,
        "collector": None,
    }
    return Application(**fields | changes)
