"""Addresses of badges: without a language, since a badge's code and other machines name them."""

from django.urls import path

from accreditation.credentials.views import checking, signed, verifier

urlpatterns = [
    path("api/v1/verify", checking.verify, name="check-badge"),
    path("api/v1/verify/photo", checking.photo, name="check-photo"),
    path("api/v1/verify/scans", checking.kept_back, name="check-scans"),
    path("v", verifier.verifier_file, name="verifier"),
    path("v/", verifier.verifier_file, name="verifier-folder"),
    path("v/list", signed.signed_list, name="verifier-list"),
    path("v/keys.json", signed.list_keys, name="verifier-keys"),
    path("v/<path:name>", verifier.verifier_file, name="verifier-file"),
]
