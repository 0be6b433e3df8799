from accreditation.core.formats.day_first import *  # noqa: F403
