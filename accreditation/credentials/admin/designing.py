"""How badges, certificates and letters look, set beside a specimen of each that follows what is typed."""

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accreditation.accounts.roles import ADMINISTRATOR, SUPERVISOR, roles_of
from accreditation.core import storage
from accreditation.core.actors import actor_of, moment_of
from accreditation.core.audit import record
from accreditation.core.site import site
from accreditation.core.uploads import ImageRules, UploadRefused, accept_image
from accreditation.credentials.admin.pages import Look, View, show
from accreditation.credentials.design import BadgeDesign, design_of
from accreditation.credentials.printing.apart import png_apart
from accreditation.credentials.printing.glyphs import missing_in
from accreditation.credentials.printing.typesetting import CannotPrint
from accreditation.credentials.specimen import specimen_sheet
from accreditation.missions.models import Election

NOTES, POSITIONS = (
    tuple(f"{name}_{language}" for language in ("en", "az", "fr", "ru", "ar"))
    for name in ("note", "position")
)
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("On every paper"), ("accent", "picture", "no_emblem")),
    (
        gettext_lazy("On badges"),
        (
            "shows_original_name",
            "shows_organisation",
            "shows_country",
            "shows_mission",
            "shows_role",
            *NOTES,
        ),
    ),
    (gettext_lazy("On certificates of missions"), ("shows_accredited", "signatory", *POSITIONS)),
)
LOOKS = tuple(name for __, names in GROUPS for name in names if name not in ("picture", "no_emblem"))
SHEETS = {
    "badge": gettext_lazy("Badge"),
    "certificate": gettext_lazy("Certificate"),
    "letter": gettext_lazy("Letter"),
}
EMBLEM = ImageRules(min_width=200, min_height=200, max_side=800)


class DesignForm(forms.ModelForm):  # type: ignore[type-arg]
    picture = forms.FileField(
        label=gettext_lazy("Emblem"),
        required=False,
        help_text=gettext_lazy("JPEG or PNG, 200 pixels or more a side."),
    )
    no_emblem = forms.BooleanField(label=gettext_lazy("Without an emblem"), required=False)

    class Meta:
        model = BadgeDesign
        fields = LOOKS
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in (*NOTES, *POSITIONS, "signatory"):
            if missing := missing_in([cleaned.get(name) or ""]):
                letters = ", ".join(f"{code} {letter}" for __, code, letter in missing)
                self.add_error(name, ValidationError(_("No font of the papers draws: %s") % letters))
        return cleaned

    def groups(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        return [(words, [self[name] for name in names]) for words, names in GROUPS]

    def clean_picture(self) -> bytes | None:
        file = self.cleaned_data.get("picture")
        try:
            return accept_image(file, EMBLEM).jpeg if file else None
        except UploadRefused as refused:
            raise ValidationError(str(refused.reason.words)) from None


def sets_looks(user: Any) -> bool:
    return not roles_of(user).isdisjoint({SUPERVISOR, ADMINISTRATOR})


def for_designers(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sets_looks(request.user):
            raise PermissionDenied(_("Only supervisors and administrators set how papers look."))
        return view(request, *args, **kwargs)

    return site.admin_view(guarded)


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """To the design of the election that is worked on."""
    election = Look(request).election
    if election is None:
        return show(request, "no_election", {})
    return redirect("admin:credentials_badgedesign_change", election=election.code)


@require_http_methods(["GET", "HEAD", "POST"])
def design(request: HttpRequest, election: str) -> HttpResponse:
    found = design_of(get_object_or_404(Election, code=election))
    form = DesignForm(request.POST or None, request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _save(request, form)
        messages.success(request, _("Saved. What is printed from now on looks like this."))
        return HttpResponseRedirect(f"{request.path}?sheet={_sheet(request)}")
    context = {"election": found.election, **_specimen(request, form, election)}
    title = _("How badges, certificates and letters look")
    return show(request, "design", context, status=422 if form.errors else 200, title=title)


def _save(request: HttpRequest, form: DesignForm) -> None:
    """The row, then its emblem: a new file before the old one goes."""
    row, old = form.save(commit=False), form.instance.emblem
    picture = form.cleaned_data["picture"]
    if picture or form.cleaned_data["no_emblem"]:
        row.emblem = storage.store(picture) if picture else ""
    row.save()
    record(row, "design_changed", actor=actor_of(request), now=moment_of(request), fields=form.changed_data)
    if old and old != row.emblem:
        storage.delete(old)


def _sheet(request: HttpRequest) -> str:
    """Which specimen is looked at."""
    asked = request.GET.get("sheet") or request.POST.get("sheet") or ""
    return asked if asked in SHEETS else "badge"


def _specimen(request: HttpRequest, form: DesignForm, election: str) -> dict[str, Any]:
    """The picture's address, with the looks of the form where some were typed.

    `tried` tells a box without a tick from one that was not asked for.
    """
    sheet = _sheet(request)
    query = [("sheet", sheet)]
    if request.method == "POST":
        query += [("tried", "1"), *((name, request.POST[name]) for name in LOOKS if request.POST.get(name))]
    address = reverse("admin:credentials_badgedesign_picture", args=[election])
    return {
        "form": form,
        "preview": f"{address}?{urlencode(query)}",
        "refresh": reverse("admin:credentials_badgedesign_preview", args=[election]),
        "sheet": sheet,
        "sheets": SHEETS.items(),
    }


@require_http_methods(["POST"])
def preview(request: HttpRequest, election: str) -> HttpResponse:
    """The part of the page with the specimen, in the looks that are being typed."""
    form = DesignForm(request.POST, instance=design_of(get_object_or_404(Election, code=election)))
    return show(request, "_specimen", _specimen(request, form, election))


@require_safe
def picture(request: HttpRequest, election: str) -> HttpResponse:
    """The specimen as PNG; what is wrong in the query keeps the look that is saved."""
    found = design_of(get_object_or_404(Election, code=election))
    saved = {name: getattr(found, name) for name in LOOKS}
    if "tried" in request.GET:
        form = DesignForm(request.GET, instance=found)
        form.is_valid()
        for name in form.errors.keys() & saved.keys():
            setattr(found, name, saved[name])
    try:
        png = png_apart(specimen_sheet(found, _sheet(request), now=moment_of(request)))
    except CannotPrint:
        raise Http404 from None
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})


class BadgeDesignAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One page an election, where Django has its list and its form."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return sets_looks(request.user)

    has_module_permission = has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_add_permission

    def get_urls(self) -> list[URLPattern]:
        def page(address: str, view: Any, name: str) -> URLPattern:
            return path(address, for_designers(view), name=f"credentials_badgedesign_{name}")

        return [
            page("", current, "changelist"),
            page("<slug:election>/", design, "change"),
            page("<slug:election>/preview/", preview, "preview"),
            page("<slug:election>/specimen.png", picture, "picture"),
        ]
