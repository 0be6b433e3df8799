"""Addresses of badges: without a language, since a badge's code and other machines name them.

The page of a link to a digital badge is for people: its address bears a language, or is led to one.
"""

from django.urls import path

from accreditation.credentials.views import checking, digital, signed, verifier

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

in_a_language = [
    path("badge/<str:token>/", digital.by_link, name="badge-link"),
    path("badge/<str:token>/badge.pdf", digital.file_by_link, name="badge-link-file"),
]
