"""The applicant's pages and the site's front page."""

from django.urls import path

from accreditation.observers.views import badge, home, letters, questions, sending, start

urlpatterns = [
    path("", start.front, name="front"),
    path("welcome/", start.welcome, name="welcome"),
    path("apply/", start.start, name="apply-start"),
    path("apply/<slug:code>/", start.door, name="apply"),
    path("apply/<slug:code>/check/", sending.check, name="apply-check"),
    path("apply/<slug:code>/withdraw/", home.withdraw, name="apply-withdraw"),
    path("apply/<slug:code>/appeal/", home.appeal, name="apply-appeal"),
    path("apply/<slug:code>/badge.pdf", badge.digital, name="apply-badge"),
    path("apply/<slug:code>/badge-lost/", badge.lost, name="apply-badge-lost"),
    path("apply/<slug:code>/letters/<int:pk>/letter.pdf", letters.decision, name="apply-letter"),
    path("apply/<slug:code>/again/", home.again, name="apply-again"),
    path("apply/<slug:code>/pictures/<slug:public_id>/", questions.picture, name="apply-picture"),
    path("apply/<slug:code>/<slug:task>/", questions.question, name="apply-task"),
]
