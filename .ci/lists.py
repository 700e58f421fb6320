"""Write what follows from the package's tables: `config/schema.json` and the README's lists.

python .ci/lists.py
"""

import re
from pathlib import Path

from paramscape.figures.registry import figures_table
from paramscape.study import schema_text
from paramscape.study.methods import methods_table
from paramscape.study.products import products_table

_ROOT = Path(__file__).resolve().parents[1]
_LISTS = {
    "methods": methods_table,
    "products": products_table,
    "figures and tables": figures_table,
}


def main() -> None:
    """Write both files."""
    (_ROOT / "config/schema.json").write_text(schema_text(), encoding="utf-8")
    readme = _ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    for name, table in _LISTS.items():
        text = _with_list(text, name, table())
    readme.write_text(text, encoding="utf-8")


def _with_list(text: str, name: str, content: str) -> str:
    """The text with another content between the marks of a list."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    text, found = re.subn(f"(?<={begin}\n).*?(?={end})", lambda _: content, text, flags=re.DOTALL)
    if found != 1:
        raise SystemExit(f"README.md needs one pair of {begin} and {end}; it has {found}")
    return text


if __name__ == "__main__":
    main()
