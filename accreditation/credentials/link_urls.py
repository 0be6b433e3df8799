"""The link to a digital badge: a page for people, so its address bears a language, or is led to one."""

from django.urls import path

from accreditation.credentials.views import digital

urlpatterns = [
    path("badge/<str:token>/", digital.by_link, name="badge-link"),
    path("badge/<str:token>/badge.pdf", digital.file_by_link, name="badge-link-file"),
]
