from django.utils import timezone
from django.utils.translation import override

from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.documents import actions as documents
from afilia.documents import queries as issued
from afilia.documents import signing
from afilia.documents.case_receipts import CaseReceiptFacts, render_case_receipt
from afilia.documents.models import IssuedDocument, Kind
from afilia.procedures.speaking import spoken


def issue_receipt(*, case_id: int) -> IssuedDocument:
    """The receipt of a submitted case as a signed PDF; asked again, the same one. Not in a transaction."""
    case = Case.objects.select_related("employer__representative").get(pk=case_id)
    number, at = str(case.number), case.submitted_at
    if known := issued.by_number(kind=Kind.CASE, number=number):
        return known
    if at is None:
        raise ValueError(f"case {case_id} is not submitted")
    pdf = signing.sign(render_case_receipt(_facts(case)), at=at)
    return documents.issue(kind=Kind.CASE, number=number, pdf=pdf, at=at, code=facts.code_of(case))


def _facts(case: Case) -> CaseReceiptFacts:
    at, code = case.submitted_at, facts.code_of(case)
    if at is None:
        raise ValueError(f"case {case.pk} is not submitted")
    # Those of the submission: the receipt may be made after a correction.
    papers = list(case.papers.filter(put_at__lte=at).select_related("file").order_by("put_at"))
    with override("es"):
        return CaseReceiptFacts(
            number=str(case.number),
            submitted_at=timezone.localtime(at),
            procedure=spoken(facts.procedure(case).name),
            rows=(
                ("Empleador", case.employer.name),
                ("RUC", case.employer.ruc),
                ("Correo", case.employer.email),
                ("Lo atiende", facts.unit_name(case)),
            ),
            papers=tuple(
                (spoken(option.document.name), paper.file.sha256)
                for requirement in facts.requirements(case)
                for paper in papers
                if paper.slot == requirement.slug and (option := requirement.option(paper.document))
            ),
            code=code,
            verify_url=issued.verify_url(code),
        )
