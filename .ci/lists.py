"""Write what follows from the package's tables: `config/schema.json` and the README's methods.

python .ci/lists.py
"""

import re
from pathlib import Path

from paramscape.study import schema_text
from paramscape.study.methods import methods_table

_ROOT = Path(__file__).resolve().parents[1]
_METHODS = re.compile(r"(?<=<!-- methods -->\n).*?(?=<!-- end of methods -->)", re.DOTALL)


def main() -> None:
    """Write both files."""
    (_ROOT / "config/schema.json").write_text(schema_text(), encoding="utf-8")
    readme = _ROOT / "README.md"
    text, found = _METHODS.subn(lambda _: methods_table(), readme.read_text(encoding="utf-8"))
    if found != 1:
        raise SystemExit(f"{readme} needs one pair of <!-- methods --> and <!-- end of methods -->")
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
