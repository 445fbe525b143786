"""`gridlog-inspect`, the tool that reads a store's files, as a child process."""

import json
import os
import pathlib
import subprocess

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


def run(*arguments, timeout=60):
    """Runs the tool to its end."""
    ended = subprocess.run(
        command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
    )
    return Result(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def run_into(reader, *arguments, timeout=60):
    """Runs the tool with its output piped into a shell command (`head -1`); the status and standard error are the tool's."""
    piped = subprocess.Popen(command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    read = subprocess.run(reader, shell=True, stdin=piped.stdout, capture_output=True, timeout=timeout, check=False)
    piped.stdout.close()
    errors = piped.stderr.read()
    piped.stderr.close()
    return Result(piped.wait(timeout=timeout), read.stdout.decode(), errors.decode())
