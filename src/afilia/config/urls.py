from django.urls import include, path

urlpatterns = [
    path("", include("afilia.site.urls")),
    path("", include("afilia.guide.urls")),
    path("", include("afilia.access.urls")),
    path("", include("afilia.staff.urls")),
    path("", include("afilia.attendance.urls")),
    path("", include("afilia.counter.urls")),
    path("", include("afilia.transparency.urls")),
    path("", include("afilia.foreigners.urls")),
    path("", include("afilia.recovery.urls")),
    path("", include("afilia.intake.urls")),
    path("", include("afilia.registration.urls")),
    path("", include("afilia.appointments.urls")),
    path("", include("afilia.documents.urls")),
    path("", include("afilia.novedades.urls")),
    path("", include("afilia.dependents.urls")),
    path("", include("afilia.batches.urls")),
    path("", include("afilia.payroll.urls")),
    path("", include("afilia.deadlines.urls")),
    path("", include("afilia.help.urls")),
    path("", include("afilia.ops.urls")),
    path("idioma/", include("django.conf.urls.i18n")),
]
handler400 = "afilia.site.views.bad_request"
handler500 = "afilia.site.views.server_error"
