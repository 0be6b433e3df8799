"""Addresses. Pages for people carry their language; the API, files and the admin do not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.module_loading import autodiscover_modules
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accreditation.core.health import alive, ready
from accreditation.core.site import site
from accreditation.credentials.urls import in_a_language
from accreditation.missions.api import MissionViewSet
from accreditation.workflow.api import ApplicationViewSet

autodiscover_modules("admin", register_to=site)  # every app registers with our own site

api = SimpleRouter()
api.register("missions", MissionViewSet, basename="api-missions")
api.register("applications", ApplicationViewSet, basename="api-applications")

handler500 = "accreditation.core.busy.answer_failure"

urlpatterns = [
    path(
        "", include("accreditation.credentials.urls")
    ),  # first: nobody asks as often as those who check badges
    path("admin/", site.urls),
    path("api/v1/", include(api.urls)),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
]

if settings.DEMONSTRATION:
    urlpatterns.append(path("", include("accreditation.demo.urls")))

urlpatterns += i18n_patterns(
    path("", include("accreditation.accounts.urls")),
    path("", include("accreditation.observers.urls")),
    path("", include("accreditation.missions.urls")),
    path("", include(in_a_language)),
    prefix_default_language=True,
)
