"""A date in three fields, as it stands in a passport.

Text in one field is read by the locale's formats, and those differ silently: Arabic pages would read
03/04/1980 as 4 March. Three fields cannot be misread.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accreditation.core import months

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\ufeff"))


def month_number(text: str) -> int | None:
    """Read a month from a number or from its name, short or long, in any language that lists are read in."""
    text = text.strip().translate(INVISIBLE)
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else None
    return months.month_number(text)


class DayMonthYearWidget(forms.MultiWidget):
    """Three short inputs under one legend. `autocomplete='bday'` names them for the browser (WCAG 1.3.5)."""

    template_name = "widgets/day_month_year.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, autocomplete: str = "") -> None:
        parts: dict[str, forms.Widget | type[forms.Widget]] = {}
        for part, size in (("day", 2), ("month", 12), ("year", 4)):
            own = {"class": f"{part}-input", "maxlength": size if part != "month" else 20}
            own["autocomplete"] = f"{autocomplete}-{part}" if autocomplete else "off"
            if part != "month":  # a numeric keypad would shut out the names of months
                own["inputmode"] = "numeric"
            parts[part] = forms.TextInput(attrs=own)
        super().__init__(parts, attrs)

    def decompress(self, value: date | None) -> list[str]:
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for widget, label in zip(
            context["widget"]["subwidgets"], (_("Day"), _("Month"), _("Year")), strict=True
        ):
            widget["label"] = label
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class DayMonthYearField(forms.Field):
    """A calendar day from three fields. Errors in the order in which people can act: missing, impossible."""

    widget = DayMonthYearWidget
    default_error_messages = {
        "required": _("Enter the date"),
        "day_missing": _("The date must include a day"),
        "month_missing": _("The date must include a month"),
        "year_missing": _("The date must include a year"),
        "month": _("The month must be a number from 1 to 12 or a name, for example 3 or March"),
        "year": _("The year must have four digits, for example 1985"),
        "impossible": _("There is no such day in the calendar"),
    }

    def __init__(self, *, autocomplete: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", DayMonthYearWidget(autocomplete=autocomplete))
        super().__init__(**kwargs)

    def to_python(self, value: Sequence[str | None] | date | None) -> date | None:
        if isinstance(value, date) or value is None:
            return value
        day, month, year = ((part or "").strip().translate(INVISIBLE) for part in value)
        if not (day or month or year):
            return None
        for part, text in (("day", day), ("month", month), ("year", year)):
            if not text:
                raise self._error(f"{part}_missing")
        number = month_number(month)
        if number is None:
            raise self._error("month")
        if not (year.isdecimal() and len(year) == 4):
            raise self._error("year")
        try:
            return date(int(year), number, int(day))
        except ValueError:
            raise self._error("impossible") from None

    def _error(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)
