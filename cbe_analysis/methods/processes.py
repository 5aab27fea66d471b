"""Several processors at once: tasks that need nothing of each other, shared out among processes of our own.

Python runs one thread at a time where arrays are as small as ours, so these are processes: started for one piece of
work, gone after it, and without a part of the main program. What comes out does not depend on how many there are: each
task is done alone, in one thread, and results stand in the order of the tasks. Where a process cannot be started or
dies, its tasks are done here.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from cbe_analysis.methods.threads import one_thread

PROCESSORS = "CBE_PROCESSORS"
MOST = 8  # each process takes its memory
Task = TypeVar("Task")
Result = TypeVar("Result")
_COMMAND = "from cbe_analysis.methods.processes import serve; serve({!r})"
_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def processors() -> int:
    """How many processors to use: as CBE_PROCESSORS says, else all that this program may use, 8 at most."""
    told = os.environ.get(PROCESSORS, "")
    if told.isdecimal():
        return max(int(told), 1)
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(there or 1, MOST)


@dataclass(frozen=True, slots=True)
class Crew:
    """Processes that wait for tasks; with fewer than two, tasks are done here.

    Parameters
    ----------
    idle
        Those without a task.
    size
        How many there are.
    """

    idle: SimpleQueue[_Helper]
    size: int

    def each(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
        """What the work makes of each task, as `each` has it."""
        with one_thread():
            if self.size < 2:
                return [work(task) for task in tasks]

            def done(task: Task) -> Result:
                helper = self.idle.get()
                try:
                    return helper.do(work, task)
                finally:
                    self.idle.put(helper)

            with ThreadPoolExecutor(self.size) as threads:
                return list(threads.map(done, tasks))


@contextlib.contextmanager
def crew(processes: int, module: str = "") -> Iterator[Crew]:
    """A crew that ends with the `with` block.

    Parameters
    ----------
    processes
        How many to start; fewer than 2: none.
    module
        What they load while they wait for their first task; its libraries take most of the time that a start takes.
    """
    with contextlib.ExitStack() as started:
        idle: SimpleQueue[_Helper] = SimpleQueue()
        size = processes if processes > 1 and sys.executable else 0
        for _ in range(size):
            idle.put(started.enter_context(_helper(module)))
        yield Crew(idle, size)


def each(work: Callable[[Task], Result], tasks: Iterable[Task], *, processes: int) -> list[Result]:
    """What the work makes of each task; what it raises is raised here.

    Parameters
    ----------
    work
        A function of a module. It, the tasks and the results can be pickled.
    processes
        How many to start; fewer than 2: all is done here.
    """
    with crew(processes) as some:
        return some.each(work, tasks)


def serve(module: str = "") -> None:
    """Do the tasks that come on standard input, to its end; the answers go to what was standard output.

    Parameters
    ----------
    module
        What to load beforehand.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may come between
    if module:
        importlib.import_module(module)
    with one_thread():
        while True:
            try:
                work, task = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            try:
                answer = _Answer(work(task), None)
            except Exception as error:
                answer = _Answer(None, error)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the work made of a task, or what it raised."""

    result: Any
    error: Exception | None


@dataclass(slots=True)
class _Helper:
    """A process that does tasks; None where there is none any more."""

    process: subprocess.Popen[bytes] | None

    def do(self, work: Callable[[Task], Result], task: Task) -> Result:
        """What the work makes of the task: there, or here where the process does not answer."""
        answer = self._asked((work, task))
        if answer is None:
            return work(task)
        if answer.error is not None:
            raise answer.error
        found: Result = answer.result
        return found

    def _asked(self, question: object) -> _Answer | None:
        if self.process is None or self.process.stdin is None or self.process.stdout is None:
            return None
        try:
            pickle.dump(question, self.process.stdin, pickle.HIGHEST_PROTOCOL)
            self.process.stdin.flush()
            answer = pickle.load(self.process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            answer = None
        if not isinstance(answer, _Answer):
            self.end()
            return None
        return answer

    def end(self) -> None:
        """Stop the process."""
        if self.process is None:
            return
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self.process.wait()
        self.process = None


@contextlib.contextmanager
def _helper(module: str = "") -> Iterator[_Helper]:
    """A process that waits for tasks, with this program's modules and one thread for its libraries."""
    paths = os.pathsep.join(path for path in sys.path if path)
    settings = {**os.environ, "PYTHONPATH": paths, **dict.fromkeys(_LIBRARIES, "1")}
    command = [sys.executable, "-P", "-c", _COMMAND.format(module)]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=settings, start_new_session=True
        )
    except OSError:
        process = None
    helper = _Helper(process)
    try:
        yield helper
    finally:
        helper.end()
