"""The queue's machine for as long as one likes: other steps and other faults at every run, until something fails.

EXAMPLES and STEPS say how many histories it draws, and how long each is.
"""

import os
import subprocess
import sys
from pathlib import Path

MACHINE = "tests/routing/test_service_machine.py"


def main() -> None:
    """Run the machine, and end as it ends."""
    told = {"MACHINE_EXAMPLES": os.environ.get("EXAMPLES", "500"), "MACHINE_STEPS": os.environ.get("STEPS", "60")}
    command = [sys.executable, "-m", "pytest", "-q", MACHINE, "--timeout", "0", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=Path(__file__).parent.parent, env={**os.environ, **told}, check=False)
    sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
