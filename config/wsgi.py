"""What gunicorn serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import patience

patience.this_is_a("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# All views are loaded now, and what is loaded is set apart: to look through it for garbage, of which it holds none,
# would stop one request in a hundred for a tenth of a second and longer.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
