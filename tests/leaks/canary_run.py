"""Starts a process in a place of its own, where it keeps nothing elsewhere and reaches nobody."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# the counters of a network of one's own: what could not be sent for want of a way out, by whichever library
COUNTED = """ip link set lo up 2>/dev/null || true
"$@"; code=$?
cat /proc/net/snmp /proc/net/snmp6 > "$CBE_TEST_COUNTERS"
exit $code"""


@dataclass(frozen=True)
class Place:
    """Folders of a run: the working folder, the home, that of temporary files, and that of what was printed."""

    root: Path

    def folder(self, name):
        """A folder of the place, made where it is missing."""
        made = self.root / name
        made.mkdir(exist_ok=True)
        return made

    @property
    def environment(self):
        """The variables of the process: everything that a library keeps goes below the place."""
        home = str(self.folder("home"))
        moved = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), home)
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder("tmp")))
        left_out = ("CBE_", "XDG_", "JUPYTER", "IPYTHON", "MPL", "PYTHON", "TMP", "COVERAGE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        paths = os.pathsep.join([str(HERE / "closed"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
        watched = {"CBE_TEST_REACHED": str(self.root / "reached.txt"), "CBE_TEST_COUNTERS": str(self.root / "counters")}
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return {**kept, **moved, **temporary, **watched, **threads, "PYTHONPATH": paths.rstrip(os.pathsep)}

    def cbe(self, lines):
        """Run command lines, name -> words; the exit codes by name. What each printed stands in `printed`."""
        told = self.root / "lines.json"
        told.write_text(json.dumps([[name, [str(word) for word in words]] for name, words in lines.items()]))
        command = [sys.executable, str(HERE / "canary_driver.py"), str(told), str(self.folder("printed"))]
        done = subprocess.run(
            [*_alone(), *command], cwd=self.folder("work"), env=self.environment, capture_output=True, check=False
        )
        told.unlink()
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        codes = self.root / "printed" / "codes.json"
        return json.loads(codes.read_text())

    @property
    def reached(self):
        """Who asked for the network."""
        told = self.root / "reached.txt"
        return told.read_text() if told.exists() else ""

    @property
    def unsent(self):
        """How many packets found no way out of a network that has none; None where the system gives no such network."""
        counters = self.root / "counters"
        if not counters.exists():
            return None
        heads, values = (line.split() for line in counters.read_text().splitlines() if line.startswith("Ip: "))
        six = dict(line.split() for line in counters.read_text().splitlines() if line.startswith("Ip6"))
        return int(values[heads.index("OutNoRoutes")]) + int(six.get("Ip6OutNoRoutes", 0))


def _alone():
    """The words before a command that give it a network without a way out; none where a system does not allow it."""
    unshare = shutil.which("unshare")
    able = unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0
    return [unshare, "-rn", "sh", "-c", COUNTED, "sh"] if able else []
