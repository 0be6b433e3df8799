"""What axe-core finds wrong with a page. It is evaluated past the page's policy, which stays on."""

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "axe" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """Give each broken rule of WCAG 2.2 AA with the elements that break it; sideways scrolling, too."""
    page.evaluate(AXE)
    # Without preload: fetching sheets anew would put inline styles into the page, which its policy reports.
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, preload: false})", RULES)["violations"]
    broken = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        broken.append(("reflow", [page.url]))
    return broken
