from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accreditation.accounts.permissions import grant_group_permissions


class Command(BaseCommand):
    help = "Gives the staff groups their permissions. Run it after every migrate; again changes nothing."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        grant_group_permissions()
        if options["verbosity"]:
            self.stdout.write("The staff groups have their permissions.")
