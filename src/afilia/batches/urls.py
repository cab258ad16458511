from django.urls import include, path

from afilia.batches.views import batch, discarding, downloads, filings, lists, mending, uploading

app_name = "batches"
one_batch = [
    path("", batch.batch, name="batch"),
    path("avance/", batch.progress, name="progress"),
    path("corregir/", mending.mend, name="mend"),
    path("descartar/", discarding.discard, name="discard"),
    path("informe.csv", downloads.report_csv, name="report-csv"),
    path("informe.xlsx", downloads.report_xlsx, name="report-xlsx"),
    path("informe.json", downloads.report_json, name="report-json"),
    path("rechazadas.txt", downloads.rejected, name="rejected"),
    path("comprobante.pdf", downloads.receipt_pdf, name="receipt-pdf"),
    path("comprobante.json", downloads.receipt_json, name="receipt-json"),
    path("anexo.csv", downloads.annex, name="annex"),
]
urlpatterns = [
    path("empleadores/batch/", lists.index, name="index"),
    path("empleadores/batch/cargar/", uploading.upload, name="upload"),
    path("empleadores/batch/comprobante/<int:filing_id>/", filings.filing, name="filing"),
    path(
        "empleadores/ayuda-contable/<int:delegation_id>/registros/", filings.of_helper, name="helper-filings"
    ),
    path("empleadores/batch/historial/", lists.history, name="history"),
    path("empleadores/batch/<uuid:batch_id>/", include(one_batch)),
]
