"""Addresses of badges: without a language, since a badge's code and other machines name them."""

from django.urls import path

from accreditation.credentials.views import signed

urlpatterns = [
    path("v/list", signed.signed_list, name="verifier-list"),
    path("v/keys.json", signed.list_keys, name="verifier-keys"),
]
