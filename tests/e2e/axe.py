"""What a page may not have: what axe-core calls serious in our own elements (JupyterLab fails it alone), and what is cut off."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page

AXE = Path(__file__).parents[2] / "extensions" / "plnb-lab" / "node_modules" / "axe-core" / "axe.min.js"


def serious(page: Page, *selectors: str) -> list[str]:
    """What axe calls serious or critical within `selectors`, as sentences; empty is good. At least one element must be there."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate(
        """async selectors => {
          const include = selectors.filter(each => document.querySelector(each)).map(each => [each]);
          if (!include.length) { return null; }
          const { violations } = await window.axe.run({ include });
          return violations
            .filter(each => ['serious', 'critical'].includes(each.impact))
            .flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)} (${node.failureSummary})`));
        }""",
        list(selectors),
    )
    assert found is not None, f"Nothing to look at: {selectors}"
    return list(found)


def cut_off(panel: Locator) -> list[str]:
    """Classes of what stands out of the panel to the right."""
    found: list[str] = panel.evaluate(
        """node => [...node.querySelectorAll('*')]
          .filter(each => each.getBoundingClientRect().right > node.getBoundingClientRect().right + 1)
          .filter(each => !each.closest('.plnb-mod-spoken'))
          .map(each => each.className)"""
    )
    return found
