"""Signing in and out. The names are allauth's, which reverses them; what is not listed is not offered."""

from allauth.account import views as allauth_views
from django.urls import include, path

from accreditation.accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_request_login_code"),
    path("sign-in/code/", views.EnterCode.as_view(), name="account_confirm_login_code"),
    path("sign-in/staff/", views.StaffSignIn.as_view(), name="account_login"),
    path("sign-in/password/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("sign-in/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-in/second-factor/totp/picture.svg", views.totp_picture, name="totp_picture"),
    path("sign-in/second-factor/", include("allauth.mfa.urls")),
    path("sign-in/sessions/", include("allauth.usersessions.urls")),
    path("language/", views.choose_language, name="account_language"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
]
