"""Markdown as a page that a browser shows by itself, for the report of a study."""

from pathlib import Path

from markdown import markdown

from paramscape.files.atomic import write_text
from paramscape.files.provenance import stamp

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 13px/1.5 sans-serif; margin: 1.5em; color: #1e293b; }}
p, ul {{ max-width: 60em; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: 0.35em 0.6em; text-align: right; border-bottom: 1px solid #cbd5e1; }}
th {{ vertical-align: bottom; border-bottom: 2px solid #64748b; }}
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) {{ text-align: left; }}
td {{ white-space: nowrap; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def page_of(text: str, title: str) -> str:
    """A whole HTML page, which loads nothing, of Markdown with tables."""
    return _PAGE.format(title=title, body=markdown(text, extensions=["tables"]))


def write_page(path: Path, text: str, title: str) -> None:
    """Write Markdown as a page; where it came from is a comment at its end."""
    write_text(path, page_of(text, title) + (f"<!-- {stamp()} -->\n" if stamp() else ""))
