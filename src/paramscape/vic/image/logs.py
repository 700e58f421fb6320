"""The log file of a run in LOG_DIR, like VIC's."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = logging.getLogger("paramscape.vic.image")
FORMAT = "[%(levelname)s] %(message)s"


@contextmanager
def logging_to(folder: Path | None) -> Iterator[None]:
    """Write the messages of the image driver to LOG_DIR/vic.log.<date>-<seconds>.txt as well.

    An error that ends the run is its last line.

    Raises:
        FileNotFoundError: if the folder does not exist.
    """
    if folder is None:
        yield
        return
    if not folder.is_dir():
        raise FileNotFoundError(f"LOG_DIR: the folder {folder} does not exist; make it first")
    now = time.time()
    stamp = time.strftime("%Y%m%d", time.localtime(now))
    handler = logging.FileHandler(
        folder / f"vic.log.{stamp}-{int(now) % 86400:05d}.txt", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter(FORMAT))
    before = ROOT.level
    ROOT.addHandler(handler)
    ROOT.setLevel(logging.INFO)
    try:
        yield
    except (ValueError, OSError) as error:
        where = {"fn": "", "lno": 0, "args": (), "exc_info": None}
        handler.emit(ROOT.makeRecord(ROOT.name, logging.ERROR, msg=str(error), **where))
        raise
    finally:
        ROOT.setLevel(before)
        ROOT.removeHandler(handler)
        handler.close()
