from django.urls import path

from afilia.intake.views import case, draft, reception

app_name = "intake"
AT = "ventanilla-virtual/"
DRAFT, CASE = f"{AT}borradores/<uuid:key>/", f"{AT}tramites/<str:number>/"
urlpatterns = [
    path(AT, reception.start, name="start"),
    path(f"{AT}recepcion/", reception.receive, name="reception"),
    path(f"{AT}recepcion/<uuid:attempt_id>/", reception.code, name="code"),
    path(f"{AT}continuar/<str:token>/", reception.link, name="link"),
    path(DRAFT, draft.overview, name="draft"),
    path(f"{DRAFT}pedido/", draft.request_text, name="request"),
    path(f"{DRAFT}documentos/<slug:slot>/", draft.document, name="document"),
    path(f"{DRAFT}enviar/", draft.submit, name="submit"),
    path(f"{DRAFT}descartar/", draft.discard, name="discard"),
    path(f"{AT}seguimiento/", case.follow, name="follow"),
    path(CASE, case.overview, name="case"),
    path(f"{CASE}comprobante.pdf", case.receipt, name="receipt"),
    path(f"{CASE}documentos/<slug:slot>/", case.document, name="correction"),
    path(f"{CASE}corregido/", case.correct, name="correct"),
    path(f"{CASE}mensaje/", case.message, name="message"),
    path(f"{CASE}retirar/", case.withdraw, name="withdraw"),
]
