"""The report of a finished demo study is one page that shows everything without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from paramscape.study import load

CHROMIUM = shutil.which("chromium")
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"
STUDY = Path("results/demo")
_PAINTED = """canvas => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size;
}"""


@dataclass
class Report:
    """The page as a browser shows it, and what the browser asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, *names: str) -> None:
        """Click through the menu, from its start."""
        self.page.reload()
        for name in names:
            self.page.get_by_role("link", name=name, exact=True).click()

    def listed(self, category: str) -> Iterator[tuple[str, Locator]]:
        """Path and row of each result of a category, while it is shown."""
        self.open(category)
        for place in range(self.page.locator("nav tbody tr").count()):
            row = self.page.locator("nav tbody tr").nth(place)
            row.locator("a").first.click()
            yield self.page.evaluate("app.state.resultPath"), row
            self.page.get_by_role("link", name=category, exact=True).click()

    def caption(self, row: Locator) -> str:
        """The caption behind the second sign of a row."""
        row.locator("a").last.click()
        return self.page.locator("nav .prose").inner_text()


@pytest.fixture(scope="module")
def report(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """The report of `results/demo` in headless Chromium, without a network."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    config = ["config/demo.yaml"]
    finished = _python(repository, ".ci/expect.py", *config)
    if finished.returncode:
        pytest.skip(f"needs a finished demo study (make study): {finished.stderr[:200]}")
    file = tmp_path_factory.mktemp("report") / "report.html"
    made = _python(repository, "-m", "snakemake", "--configfile", *config, "--report", file)
    assert made.returncode == 0, made.stderr[-2000:]
    assert "WARNING" not in made.stderr
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[NO_NETWORK])
        shown = Report(browser.new_page(viewport={"width": 1400, "height": 900}))
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on(
            "console", lambda m: shown.complaints.append(m.text) if m.type == "error" else None
        )
        shown.page.goto(file.as_uri())
        yield shown
        browser.close()


def test_the_network_is_denied(report: Report) -> None:
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        report.page.context.browser.new_page().goto("http://example.org")


def test_every_figure_is_drawn_below_a_caption(report: Report, repository: Path) -> None:
    seen = set()
    for category in ("Figures", "Supporting figures"):
        for path, row in report.listed(category):
            image = report.page.locator("img[src^='data:image/png']")
            image.evaluate("image => image.decode()")
            assert image.evaluate("image => image.naturalWidth") > 400, path
            box = image.bounding_box()
            assert box["width"] > 300 and box["height"] > 150, path
            assert box["y"] >= 0 and box["y"] + box["height"] <= 900, path
            caption = report.caption(row)
            assert len(caption) > 60 and not set("{}`") & set(caption), (path, caption)
            seen.add(Path(path))
    drawn = (repository / STUDY / "figures").glob("*.png")
    assert seen == {file.relative_to(repository) for file in drawn}


def test_every_table_is_readable(report: Report, repository: Path) -> None:
    tables = {}
    for path, row in report.listed("Tables"):
        shown = report.page.frame_locator("iframe")
        assert shown.locator("p").first.inner_text(), path
        tables[Path(path).stem] = shown.locator("tbody tr").count()
        assert len(report.caption(row)) > 60, path
    assert set(tables) == {"methods", "sensitivity-check", "ablation", "cost"}
    methods = pd.read_csv(repository / STUDY / "tables/methods.csv", comment="#")
    assert tables["methods"] == len(methods)


def test_workflow_settings_and_run_times_are_shown(report: Report, repository: Path) -> None:
    report.open("Workflow")
    assert report.page.locator("#rulegraph canvas").evaluate(_PAINTED) > 10
    assert {"calibrate", "train_surrogate"} <= set(report.page.evaluate("Object.keys(rules)"))
    study = load(repository / "config/demo.yaml")
    report.page.get_by_text("Settings", exact=True).click()
    settings = report.page.locator("details pre").inner_text()
    assert f'title: "{study.study.title}"' in settings
    assert f"minimum_fraction: {study.domain.minimum_fraction}" in settings
    report.open("Statistics")
    for chart in ("#runtimes", "#timeline"):
        assert report.page.locator(f"{chart} canvas").evaluate(_PAINTED) > 10


def test_no_other_host_was_asked_and_nothing_went_wrong(report: Report) -> None:
    assert report.requests and {urlsplit(url).scheme for url in report.requests} <= {"file", "data"}
    assert report.complaints == []


def _python(repository: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(repository / "src")}
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
