"""What gunicorn serves while it is measured: the production application, and beside it two bare Django views.

A bare view answers a small JSON object and asks no database. `/bare` goes through no middleware at all, the least that
Django can do; `/bare-alike` through the same as a question about a badge.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

BARE, ALIKE = "/bare", "/bare-alike"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)


@csrf_exempt
def bare(request: HttpRequest) -> JsonResponse:
    answer = JsonResponse({"view": "bare", "asked": len(request.body)})
    answer.headers["Content-Length"] = str(len(answer.content))  # else it goes in chunks, which costs more
    return answer


from config import urls  # noqa: E402

urls.urlpatterns[:0] = [path(address[1:], bare) for address in (BARE, ALIKE)]
settings.OPEN_ADDRESSES += (ALIKE,)
served = WSGIHandler()
with override_settings(MIDDLEWARE=[]):
    without_middleware = WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    handler = without_middleware if environ["PATH_INFO"] == BARE else served
    return handler(environ, start_response)
