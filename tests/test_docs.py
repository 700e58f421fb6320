"""Links and file names in the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_to_files(page):
    targets = [t.split("#")[0] for t in LINK.findall(page.read_text()) if "://" not in t]
    assert not [t for t in targets if not (page.parent / t).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_sections_lead_to_sections(page):
    broken = []
    for target in LINK.findall(page.read_text()):
        file, _, section = target.partition("#")
        if "://" in target or not section:
            continue
        if section not in _sections((page.parent / file) if file else page):
            broken.append(target)
    assert not broken


def test_the_page_of_the_architecture_names_functions_that_exist():
    page = (REPOSITORY / "docs" / "architecture.md").read_text()
    named = re.findall(r"`(\w+)` in\s+\[[^\]]*\]\(([^)]+\.py)\)", page)
    assert len(named) > 3
    for name, target in named:
        text = (REPOSITORY / "docs" / target).read_text()
        assert re.search(rf"^(def|class) {name}\b", text, re.MULTILINE), f"{name} in {target}"


def _sections(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
