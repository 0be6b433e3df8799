"""Pages that show every part of the look, for tests of the look alone."""

# ruff: noqa: E501 - the pages below are HTML, whose lines are as long as their rows

from datetime import UTC, datetime

from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils.module_loading import autodiscover_modules

from accreditation.core.dates import DayMonthYearField
from accreditation.core.site import site


class EveryKind(forms.Form):
    number = forms.CharField(
        label="Passport number",
        help_text="At the top right of the page with your photo",
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    expiry = DayMonthYearField(
        label="Valid until", help_text="As written in the passport, for example 27 3 2031"
    )
    stay = forms.ChoiceField(
        label="How long do you stay?",
        choices=[("short", "Less than a month"), ("long", "A month or longer")],
        widget=forms.RadioSelect,
    )
    native_name = forms.CharField(label="Your name in your own script", required=False)
    photo = forms.FileField(
        label="Photo", widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-shrink": ""})
    )
    remarks = forms.CharField(label="Remarks", widget=forms.Textarea, required=False)
    pledge = forms.BooleanField(label="I have read the pledge and will keep to it")


QUESTION = """{% extends "narrow.html" %}{% load look %}
{% block title %}Your passport{% endblock %}
{% block head %}{% include "parts/htmx.html" %}{% endblock %}
{% block before %}{% include "parts/back.html" with url="/en/roster/" %}{% endblock %}
{% block content %}{% error_summary form %}<h1>Your passport</h1>
<form method="post" enctype="multipart/form-data" novalidate data-upload>{% csrf_token %}{{ form }}
<progress max="1" value="0" hidden></progress>
<p class="error" data-upload-failed tabindex="-1" hidden>The network broke. Your answers are still here: send them again.</p>
<div class="actions"><button class="button">Save and continue</button></div></form>{% endblock %}"""

ROSTER = """{% extends "base.html" %}{% load look %}
{% block title %}Roster{% endblock %}
{% block content %}<h1>CIS Observer Mission</h1>{% figures numbers %}
<p>Send it by <b class="clock">{{ closes|in_zone:"Asia/Baku" }}</b> – {{ closes|time_left:now }}. You can stop and come back on any device.</p>
<div class="actions"><a class="button" href="#">Send 4 complete drafts</a> <a class="button quiet" href="#">Add a list</a> <a class="button grave" href="#">Withdraw the mission</a></div>
<div class="sheet table"><table class="cards"><thead><tr><th scope="col">Name</th><th scope="col">Category</th><th scope="col">State</th><th scope="col">Missing, by when</th><th scope="col">Arrival</th></tr></thead><tbody>
<tr><td><a href="#"><bdi>VASILEVA Emiliya</bdi></a><bdi class="orig">Васильева Эмилия Тимуровна</bdi></td><td data-label="Category">Parliamentarian</td><td data-label="State">{% state_badge "✓" "Accredited" "good" %}</td><td></td><td data-label="Arrival">17 Dec, J2 182</td></tr>
<tr><td><a href="#"><bdi>AL RASHID Omar</bdi></a><bdi class="orig">عمر الراشد</bdi></td><td data-label="Category">Short-term</td><td data-label="State">{% state_badge "!" "You are asked" "wait" %}</td><td data-label="Missing, by when">passport page is cut off, by 10 Dec</td><td data-label="Arrival">16 Dec</td></tr>
<tr><td><a href="#"><bdi>SUHARTINI</bdi></a></td><td data-label="Category">Short-term</td><td data-label="State">{% state_badge "○" "Draft" %}</td><td data-label="Missing, by when">photo, pledge</td><td data-label="Arrival">–</td></tr>
<tr><td><a href="#"><bdi>ƏLİYEVA Gülnarə</bdi></a></td><td data-label="Category">Interpreter</td><td data-label="State">{% state_badge "✕" "Refused" "bad" %}</td><td data-label="Missing, by when">appeal by 27 Nov</td><td data-label="Arrival">–</td></tr>
</tbody></table></div>{% pages previous="" following="SUHARTINI" %}
<h2>Your application</h2><ul class="tasks"><li><a href="#">Say which mission sends you</a><span>Completed</span></li><li><a href="#">Give your passport</a>{% state_badge "!" "Expires before the visit ends" "wait" %}</li><li><span>Read and sign the pledge</span><span class="hint">Cannot start yet</span></li></ul>
<div class="sheet"><dl class="facts"><div><dt>Family name</dt><dd>VASILEVA</dd><dd><a href="#">Change <span class="hidden-words">the family name</span></a></dd></div><div><dt>Born</dt><dd>8 January 1985</dd><dd><a href="#">Change <span class="hidden-words">the date of birth</span></a></dd></div></dl></div>
<div class="verdict good" role="status"><span class="sign" aria-hidden="true">✓</span><h2 class="first">Real, and valid today</h2><p>until the official results are published</p></div>
{% endblock %}"""

NUMBERS = [
    (118, "people"),
    (74, "accredited"),
    (31, "with the commission", "?state=submitted"),
    (9, "you are asked"),
    (17, "days to the deadline, 10 Dec 23:59 Baku time"),
]


def _render(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def question(request: HttpRequest) -> HttpResponse:
    form = EveryKind(request.POST, request.FILES) if request.method == "POST" else EveryKind()
    return _render(request, QUESTION, form=form)


def roster(request: HttpRequest) -> HttpResponse:
    closes, now = datetime(2026, 12, 10, 19, 59, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
    return _render(request, ROSTER, numbers=NUMBERS, closes=closes, now=now)


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("This is the roster of another mission.")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("for the page of error 500")


autodiscover_modules("admin", register_to=site)

urlpatterns = [
    path("admin/", site.urls),
    *i18n_patterns(
        path("", include("accreditation.accounts.urls")),
        path("question/", question, name="question"),
        path("roster/", roster, name="roster"),
        path("forbidden/", forbidden, name="forbidden"),
        path("broken/", broken, name="broken"),
    ),
]
