"""Run a command with a server on 127.0.0.1 that stands in for the addresses of Walnut Gulch.

    python .ci/stand_in.py SETTINGS.yaml COMMAND...

The server holds what ../shared has. SETTINGS.yaml is written: settings for the sums of these files,
which come after config/walnut-gulch.yaml.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from stand_in_server import stand_in  # noqa: E402
from walnut_gulch import published_files, served, write_ledger  # noqa: E402


def main(settings: Path, command: list[str]) -> int:
    """Exit status of the command."""
    files = published_files(ROOT.parent / "shared")
    settings.parent.mkdir(parents=True, exist_ok=True)
    ledger = settings.with_name("ledger.csv").absolute()
    write_ledger(files, ledger)
    settings.write_text(f"products:\n  ledger: {ledger}\n", encoding="utf-8")
    with stand_in() as server:
        server.files |= served(files)
        environment = {**os.environ, "PARAMSCAPE_MIRROR": server.address, "no_proxy": "127.0.0.1"}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
