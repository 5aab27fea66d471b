"""Publishers that are killed at each step on the disk, one after the other; run as a program of its own.

    python killed_publishers.py REPORTS OUT

copies the reports to OUT/0, OUT/1 ... and publishes from each in a process that is killed just before its 1st, 2nd ...
change on the disk, until one comes through. A program of its own, for it forks: it has no threads.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree")


def kill_before(reports, change):
    """End this process, as a loss of power does, just before its change of this number below the reports."""
    seen = []

    def look(event, arguments):
        if event == "open":
            changing = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        else:
            changing = event in CHANGES
        if changing and str(arguments[0]).startswith(str(reports)):
            seen.append(event)
            if len(seen) > change:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def attempt(reports, change):
    """True when publishing came to its end before it was killed."""
    child = os.fork()
    if child == 0:
        kill_before(reports, change)
        publish(reports)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and status:
        raise SystemExit(f"a publisher failed at change {change}")
    return not os.WIFSIGNALED(status)


if __name__ == "__main__":
    from cbe_analysis.protect import attack
    from cbe_analysis.protect.attack import Audit
    from cbe_analysis.run import publish

    def nothing_found(published):
        """An audit that takes no time: what is tested is the disk."""
        return Audit(breaches=(), populations=0, linked=(), unlinked=(), cells=0, offers=())

    attack.audit_together = nothing_found
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    for change in range(1000):
        shutil.copytree(source, out / str(change))
        if attempt(out / str(change), change):
            break
    sys.stdout.write(f"{change}\n")
