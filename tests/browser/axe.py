"""What axe-core finds wrong with a page: WCAG 2.2 AA and best practice, in words a person can act on."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.screen import Screen

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IS_THERE = "() => Boolean(window.axe)"
# As a function: the page's own policy allows no script that is added to it.
INJECT = f"() => {{ {AXE_SCRIPT} }}"
# preload: fetching style sheets of other origins, of which there are none.
RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => ({ id, help, html: html.slice(0, 200), why: failureSummary })));
}"""


def violations(screen: Screen, *, rules: list[str] | None = None) -> list[str]:
    """Return what is wrong, one line an element; rules: only these, by default all of the tags."""
    only: dict[str, Any] = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    if not screen.page.evaluate(IS_THERE):
        screen.page.evaluate(INJECT)
    found = screen.page.evaluate(RUN, only)
    return [f"{each['id']}: {each['help']}: {each['html']} ({' '.join(each['why'].split())})" for each in found]
