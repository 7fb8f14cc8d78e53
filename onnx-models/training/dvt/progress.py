"""One line that says how far a run is, how fast, and when it ends."""

import sys
import time


class Progress:
    """On a terminal the line is rewritten; in a log a new line comes every `pause` seconds."""

    def __init__(self, stream=None, clock=time.monotonic, pause=30.0):
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.clock, self.pause, self.shown = clock, 0.3 if self.live else pause, None
        self.width = 0

    def show(self, share, rate, seconds_left, text, force=False):
        """@param share done, 0..1 @param rate pictures per second"""
        now = self.clock()
        if not force and self.shown is not None and now - self.shown < self.pause:
            return
        self.shown = now
        filled = int(20 * share)
        self._write(f"[{'#' * filled}{'.' * (20 - filled)}] {share:6.1%}  {rate:7.0f} pictures/s  ETA {clock_time(seconds_left)}  {text}")

    def say(self, text):
        """A line that stays."""
        self._write(text)
        if self.live:
            self.stream.write("\n")
            self.stream.flush()
            self.width = 0

    def _write(self, line):
        if self.live:
            self.stream.write("\r" + line.ljust(self.width))
            self.width = len(line)
        else:
            self.stream.write(line + "\n")
        self.stream.flush()


def clock_time(seconds):
    minutes, seconds = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
