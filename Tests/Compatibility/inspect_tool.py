"""`gridlog-inspect`, the tool that reads a store's files, as a child process."""

import fcntl
import json
import os
import pathlib
import pty
import struct
import subprocess
import termios

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(
    os.environ.get("GRIDLOG_INSPECT_BINARY", REPOSITORY / ".build/release/gridlog-inspect")
).resolve()

SOUND, DAMAGED, USAGE = 0, 1, 2


class Result:
    """How a run ended: the exit status, and what it wrote."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self):
        """The lines of standard output."""
        return self.out.splitlines()

    @property
    def json(self):
        """Standard output as one document."""
        return json.loads(self.out)

    @property
    def json_lines(self):
        """Standard output as a document on each line."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    def __repr__(self):
        return f"exit status {self.status}: {self.out[:2000]!r} {self.err[:2000]!r}"


def command(*arguments):
    """What to start the tool with."""
    return [str(BINARY), *(str(argument) for argument in arguments)]


def run(*arguments, timeout=60, environment=None):
    """Runs the tool to its end.

    `environment` holds variables in addition to those of the tests.
    """
    ended = subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
        env=os.environ | (environment or {}),
    )
    return Result(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def run_on_terminal(*arguments, columns=80, directory=None, environment=None, timeout=60, errors=False):
    """Runs the tool with a terminal of so many columns as its standard output; standard error is a pipe, or with `errors` the
    same terminal."""
    terminal, output = pty.openpty()
    fcntl.ioctl(output, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    running = subprocess.Popen(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output if errors else subprocess.PIPE,
        cwd=directory,
        env=os.environ | (environment or {}),
    )
    os.close(output)
    written = bytearray()
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:
            # Nobody holds its other end any more.
            break
        if not piece:
            break
        written += piece
    os.close(terminal)
    complaints = b""
    if running.stderr:
        complaints = running.stderr.read()
        running.stderr.close()
    return Result(running.wait(timeout=timeout), written.decode().replace("\r\n", "\n"), complaints.decode())


def run_into(reader, *arguments, timeout=60):
    """Runs the tool with its output piped into a shell command (`head -1`); the status and standard error are the tool's."""
    piped = subprocess.Popen(command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    read = subprocess.run(reader, shell=True, stdin=piped.stdout, capture_output=True, timeout=timeout, check=False)
    piped.stdout.close()
    errors = piped.stderr.read()
    piped.stderr.close()
    return Result(piped.wait(timeout=timeout), read.stdout.decode(), errors.decode())
