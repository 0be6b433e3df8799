"""Addresses. Pages for people carry their language; the API, files and the admin do not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.module_loading import autodiscover_modules

from accreditation.core.site import site

autodiscover_modules("admin", register_to=site)  # every app registers with our own site

urlpatterns = [
    path("admin/", site.urls),
]

urlpatterns += i18n_patterns(
    path("", include("accreditation.accounts.urls")),
    prefix_default_language=True,
)
