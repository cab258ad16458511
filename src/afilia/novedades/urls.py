from django.urls import path

from afilia.novedades.views import filings, formats, notices, workers

app_name = "novedades"
urlpatterns = [
    path("empleadores/batch/formatos/", formats.format_list, name="formats"),
    path("empleadores/batch/formatos/catalogo.json", formats.format_catalogue, name="catalogue"),
    path("empleadores/batch/formatos/<str:novedad>/", formats.format_detail, name="format"),
    path("empleadores/batch/formatos/<str:novedad>/ejemplo.txt", formats.format_sample, name="format-sample"),
    path(
        "empleadores/batch/formatos/<str:novedad>/plantilla.xlsx",
        formats.format_template,
        name="format-template",
    ),
    path("empleadores/afiliados/", workers.worker_list, name="workers"),
    path("empleadores/afiliados/exportar.csv", workers.workers_csv, name="workers-csv"),
    path("empleadores/afiliados/exportar.xlsx", workers.workers_xlsx, name="workers-xlsx"),
    path("empleadores/afiliados/exportar.txt", workers.workers_batch, name="workers-batch"),
    path("empleadores/afiliados/<int:person_id>/", workers.worker_detail, name="worker"),
    path("empleadores/avisos/", notices.index, name="notices"),
    path("empleadores/avisos/cambio/", notices.change, name="change"),
    path("empleadores/avisos/nuevo/<str:novedad>/", notices.notice, name="notice"),
    path("empleadores/avisos/<int:filing_id>/", filings.filing, name="filing"),
    path("empleadores/avisos/<int:filing_id>/comprobante.pdf", filings.receipt_pdf, name="filing-receipt"),
    path("empleadores/avisos/<int:filing_id>/deshacer/", filings.undo, name="filing-undo"),
    path("empleadores/avisos/<int:filing_id>/<int:line>/corregir/", notices.correct, name="novedad-correct"),
    path("empleadores/avisos/<int:filing_id>/<int:line>/anular/", filings.annul, name="novedad-annul"),
    path("ayuda/hallazgos/", formats.finding_list, name="findings"),
    path("ayuda/hallazgos/<str:code>/", formats.finding_detail, name="finding"),
]
