"""Whether this process lives, and whether it can work: for supervisors and load balancers."""

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accreditation.core.actors import moment_of
from accreditation.core.outbox import OutboxMessage
from accreditation.core.watch import look_everywhere


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks no other server, so that one slow server restarts nothing."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated, else 503. Tells how many letters wait, the room that the private
    files still have and the age of the last backup; `warnings` are the codes of watch.py, which end no service.
    """
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        waiting = (
            OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING).count() if migrated else None
        )
        seen = look_everywhere(moment_of(request)) if migrated else None
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    answer: dict[str, object] = {
        "ready": migrated,
        "database": True,
        "migrated": migrated,
        "letters_waiting": waiting,
    }
    if seen is not None:
        answer |= {
            "files_free_mb": seen.files_free_mb,
            "backup_age_hours": seen.backup_age_hours,
            "warnings": [warning.code for warning in seen.warnings],
        }
    return JsonResponse(answer, status=200 if migrated else 503)
