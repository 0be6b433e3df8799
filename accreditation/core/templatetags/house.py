"""What the house itself lacks, for those who work in it; `{% load house %}`."""

from typing import Any

from django import template

from accreditation.core.actors import moment_of
from accreditation.core.watch import look, look_everywhere

register = template.Library()


@register.inclusion_tag("admin/house_warnings.html", takes_context=True)
def house_warnings(context: template.Context) -> dict[str, Any]:
    """`{% house_warnings %}`: a plain sentence for each thing that is about to run out; nothing when all is well."""
    return {"warnings": look(moment_of(context["request"])).warnings}


@register.inclusion_tag("admin/house_warnings.html", takes_context=True)
def all_warnings(context: template.Context) -> dict[str, Any]:
    """`{% all_warnings %}`: the same, with what the other apps watch, such as spare keys."""
    return {"warnings": look_everywhere(moment_of(context["request"])).warnings}
