"""How every form of the product becomes HTML."""

from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest


class FormRenderer(TemplatesSetting):
    """Our templates for forms and fields; the admin has its own and takes only Django's widgets from here."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Render without `required` attributes.

        The server checks, in the person's language and with all errors at once; a browser's own bubble
        speaks the browser's language and shows one.
        """
        field, form = context.get("field"), context.get("form")
        if isinstance(field, BoundField):
            field.form.use_required_attribute = False
        elif isinstance(form, BaseForm):
            form.use_required_attribute = False
        return super().render(template_name, context, request)
