"""Back over a refused form asks nobody to resubmit, with JavaScript and without."""

from typing import Any

import pytest

from tests.browser.windows import OpenWindow, press
from tests.factories import make_head, make_mission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_back_and_reload_show_a_refused_form_with_all_that_was_typed(
    window: OpenWindow, script: bool
) -> None:
    mission = make_mission(code="odihr")
    page: Any = window(make_head(mission), java_script_enabled=script)
    form = f"/en/missions/{mission.election.code}/{mission.code}/people/add/"
    page.goto(form)
    page.fill("[name=family_name]", "VASILEVA")
    press(page, "Add to the roster")
    assert page.locator("main").inner_text().count("There is a problem") == 1
    page.reload()
    assert page.input_value("[name=family_name]") == "VASILEVA"
    page.goto(f"/en/missions/{mission.election.code}/{mission.code}/mission/")
    page.go_back()
    assert page.input_value("[name=family_name]") == "VASILEVA"
    assert "There is a problem" in page.inner_text("main")
    page.go_back()
    assert page.url.endswith(form)
