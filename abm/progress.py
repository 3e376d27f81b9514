"""What a person sees while something long runs: a bar in a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """Progress through a number of steps, shown on standard error.

    In a terminal it is a bar. Elsewhere (a log, CI) it is a line for every tenth of the way, so
    that a log stays short. Use it as a context manager.

    Args:
        what: What is going on, in the infinitive of a headline: "Building".
        total: Number of steps, or None while it is not known.
    """

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._tenths = 0
        self._started = time.monotonic()
        console = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.fields[what]}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False, style="dim"),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=total, what=what)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        else:
            print(f"{self._what} ...", file=sys.stderr, flush=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def set_total(self, total: int) -> None:
        """Say how many steps there are.

        Args:
            total: Number of steps.
        """
        if total != self._total:
            self._total = total
            if self._bar:
                self._bar.update(self._task, total=total)

    def start(self, name: str) -> None:
        """Show what is being worked on; only a terminal shows it.

        Args:
            name: A step's name.
        """
        if self._bar:
            self._bar.update(self._task, description=name)

    def advance(self) -> None:
        """Count one step as done."""
        self._done += 1
        if self._bar:
            self._bar.advance(self._task)
        elif self._total:
            tenths = 10 * self._done // self._total
            if tenths > self._tenths:
                self._tenths = tenths
                self.note(f"{self._done} of {self._total}")

    def note(self, text: str) -> None:
        """Say something that a log should keep too.

        Args:
            text: One line.
        """
        if self._bar:
            self._bar.update(self._task, description=text)
        else:
            seconds = time.monotonic() - self._started
            print(f"{self._what}: {text}, {seconds:.0f} s", file=sys.stderr, flush=True)
