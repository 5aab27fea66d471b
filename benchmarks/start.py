"""How long a person waits for `cbe --help` and `cbe indicators`: the median of several runs, at most half a second."""

import statistics
import subprocess
import sys
import time

RUNS = 7
LIMIT = 0.5  # seconds
COMMANDS = (["--help"], ["indicators"])


def seconds(words):
    """How long the command takes in a process of its own."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "cbe_analysis.cli", *words], capture_output=True, check=True)
    return time.perf_counter() - started


def main():
    slow = []
    for words in COMMANDS:
        taken = sorted(seconds(words) for _ in range(RUNS))
        median = statistics.median(taken)
        name = " ".join(["cbe", *words])
        print(f"{name:<16} median {median:.2f} s, from {taken[0]:.2f} to {taken[-1]:.2f} ({RUNS} runs)")
        if median > LIMIT:
            slow.append(name)
    if slow:
        sys.exit(f"slower than {LIMIT} s: {', '.join(slow)}")


if __name__ == "__main__":
    main()
