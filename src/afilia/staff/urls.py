from django.urls import path

from afilia.staff.views import own, sign_in, team

app_name = "staff"
urlpatterns = [
    path("funcionarios/", own.desk, name="desk"),
    path("funcionarios/entrar/", sign_in.sign_in, name="sign-in"),
    path("funcionarios/entrar/clave-nueva/", sign_in.choose_key, name="choose-key"),
    path("funcionarios/entrar/segundo-factor/", sign_in.factor_on, name="factor-on"),
    path("funcionarios/entrar/codigo/", sign_in.second_step, name="second-step"),
    path("funcionarios/salir/", own.sign_out, name="sign-out"),
    path("funcionarios/clave/", own.change_key, name="change-key"),
    path("funcionarios/sesiones/", own.show_sessions, name="sessions"),
    path("funcionarios/sesiones/tiempo/", own.watch_session, name="watch-session"),
    path("funcionarios/sesiones/seguir/", own.keep_session, name="keep-session"),
    path("funcionarios/sesiones/<int:session_id>/terminar/", own.end_session, name="end-session"),
    path("funcionarios/sesiones/terminar/", own.end_other_sessions, name="end-other-sessions"),
    path("funcionarios/equipo/", team.team, name="team"),
    path("funcionarios/equipo/agregar/", team.add_member, name="add-member"),
    path("funcionarios/equipo/<int:member_id>/", team.member, name="member"),
    path("funcionarios/equipo/<int:member_id>/clave/", team.reset_member, name="reset-member"),
    path("funcionarios/equipo/<int:member_id>/terminar/", team.end_member, name="end-member"),
]
