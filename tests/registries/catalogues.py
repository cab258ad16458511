"""Made-up files of the SRI's catalogue."""

from collections.abc import Mapping
from pathlib import Path

HEADER = (
    "NUMERO_RUC|RAZON_SOCIAL|CODIGO_JURISDICCION|ESTADO_CONTRIBUYENTE|CLASE_CONTRIBUYENTE|"
    "FECHA_INICIO_ACTIVIDADES|FECHA_ACTUALIZACION|FECHA_SUSPENSION_DEFINITIVA|FECHA_REINICIO_ACTIVIDADES|"
    "OBLIGADO|TIPO_CONTRIBUYENTE|NUMERO_ESTABLECIMIENTO|NOMBRE_FANTASIA_COMERCIAL|ESTADO_ESTABLECIMIENTO|"
    "DESCRIPCION_PROVINCIA_EST|DESCRIPCION_CANTON_EST|DESCRIPCION_PARROQUIA_EST|CODIGO_CIIU|"
    "ACTIVIDAD_ECONOMICA|AGENTE_RETENCION|ESPECIAL"
)
ROW = {
    "NUMERO_RUC": "1790000001001",
    "RAZON_SOCIAL": "COMERCIAL DE PRUEBA CIA. LTDA.",
    "CODIGO_JURISDICCION": "17",
    "ESTADO_CONTRIBUYENTE": "ACTIVO",
    "CLASE_CONTRIBUYENTE": "GEN",
    "FECHA_INICIO_ACTIVIDADES": "2011-08-24 00:00:00",
    "FECHA_ACTUALIZACION": "2025-02-03 00:00:00",
    "OBLIGADO": "S",
    "TIPO_CONTRIBUYENTE": "SOCIEDAD",
    "NUMERO_ESTABLECIMIENTO": "1",
    "ESTADO_ESTABLECIMIENTO": "ABI",
    "DESCRIPCION_PROVINCIA_EST": "PICHINCHA",
    "DESCRIPCION_CANTON_EST": "QUITO",
    "DESCRIPCION_PARROQUIA_EST": "IÑAQUITO",
    "CODIGO_CIIU": "G469000",
    "ACTIVIDAD_ECONOMICA": "VENTA AL POR MAYOR",
    "AGENTE_RETENCION": "N",
    "ESPECIAL": "N",
}


def ruc(number: int) -> str:
    return f"179{number:07d}001"


def row(number: int = 1, *, header: str = HEADER, **changes: str) -> str:
    """The row of an establishment of the taxpayer of that number; changes by the names of columns."""
    fields: Mapping[str, str] = ROW | {"NUMERO_RUC": ruc(number)} | changes
    return "|".join(fields.get(name, "") for name in header.split("|"))


def catalogue(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_bytes(catalogue(*rows, header=header))
    return path
