"""What is started here, and what it uses. Nothing is stopped that was not started here."""

import os
import pwd
import signal
import socket
import subprocess
import time


class MeasureError(Exception):
    """A figure that could not be measured, and why."""


class Server:
    """A process that listens on a port of this machine."""

    running = []

    def __init__(self, arguments, log, user=None, end=signal.SIGTERM):
        self.log = log
        self.end = end
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=user, start_new_session=True)
        Server.running.append(self)

    def wait_for_port(self, port, seconds=20):
        """Returns when the port takes connections."""
        for _ in range(int(seconds * 20)):
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise MeasureError(f"nothing listens on port {port} after {seconds} s: {self.last_words()}")

    def wait_for_line(self, start, seconds=20, every=0.05):
        """Returns the rest of the first line of the log that begins so. It looks `every` so many seconds."""
        for _ in range(int(seconds / every)):
            self.check_alive()
            with open(self.log, errors="replace") as lines:
                for line in lines:
                    if line.startswith(start) and line.endswith("\n"):
                        return line[len(start):].strip()
            time.sleep(every)
        raise MeasureError(f"not ready after {seconds} s: {self.last_words()}")

    def check_alive(self):
        if self.process.poll() is not None:
            raise MeasureError(f"ended with {self.process.returncode}: {self.last_words()}")

    def last_words(self):
        with open(self.log, errors="replace") as lines:
            return " / ".join(lines.read().strip().splitlines()[-3:])

    def cpu_seconds(self):
        """CPU seconds of the process and of its children, ended ones included."""
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = stat_of(entry)
                if fields:
                    parents.setdefault(int(fields[1]), []).append(entry)
        ticks = 0
        for pid in [str(self.process.pid)] + parents.get(self.process.pid, []):
            fields = stat_of(pid)
            if fields:
                ticks += int(fields[11]) + int(fields[12])
                # Of the server itself, also what its ended children used.
                ticks += int(fields[13]) + int(fields[14]) if pid == str(self.process.pid) else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self in Server.running:
            Server.running.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(self.end)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    @classmethod
    def stop_all(cls):
        for server in list(cls.running):
            server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on, or None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()
    except OSError:
        return None


def free_port():
    """A port that nobody listens on just now. The next to ask may get it too: it is to be used at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_tool(arguments, seconds, **options):
    """Runs a program to its end, for at most so many seconds; returns what it printed."""
    try:
        done = subprocess.run(
            [str(each) for each in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=seconds, text=True, **options)
    except subprocess.TimeoutExpired:
        raise MeasureError(f"{arguments[0]} did not end within {seconds:.0f} s")
    except OSError as error:
        raise MeasureError(f"{arguments[0]}: {error}")
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        name = os.path.basename(str(arguments[0]))
        raise MeasureError(f"{name} ended with {done.returncode}: {' / '.join(words[-2:])}")
    return done.stdout


def unprivileged_user():
    """Who servers run as that refuse to run as root: None means that we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
            return name
        except KeyError:
            continue
    raise MeasureError("needs a user that is not root")
