"""Runs a command and prints its processor time [s] and peak memory [bytes]; imports little."""

import json
import resource
import subprocess
import sys

if __name__ == "__main__":
    status = subprocess.run(sys.argv[1:], check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    scale = 1 if sys.platform == "darwin" else 1024
    found = {"seconds": used.ru_utime + used.ru_stime, "bytes": used.ru_maxrss * scale}
    print(json.dumps(found))
    sys.exit(status)
