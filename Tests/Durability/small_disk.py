"""A real filesystem of 64 MiB in a file, mounted over a loop device."""

import contextlib
import os
import pathlib
import shutil
import subprocess

COMMAND_SECONDS = 30

# xfs refuses to be smaller than this.
MEBIBYTES = {"ext4": 64, "xfs": 320}
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F", "-m", "0"], "xfs": ["mkfs.xfs", "-q", "-f"]}


class Unavailable(Exception):
    """This machine does not let us have such a filesystem."""


class SmallDisk:
    """A mounted filesystem that can be filled to its last block."""

    def __init__(self, folder, kind):
        self.image, self.mount, self.kind = folder / f"{kind}.image", folder / f"{kind}.mount", kind
        self.filler = self.mount / "filler"

    def __enter__(self):
        if os.geteuid() != 0:
            raise Unavailable("mounting needs root")
        if not shutil.which(MAKE[self.kind][0]):
            raise Unavailable(f"{MAKE[self.kind][0]} is not installed")
        self.mount.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(MEBIBYTES[self.kind] << 20)
        try:
            run(*MAKE[self.kind], self.image)
            run("mount", "-o", "loop", self.image, self.mount)
        except subprocess.CalledProcessError as error:
            self.image.unlink()
            raise Unavailable(f"{error}: {error.stderr.decode().strip()}") from error
        return self

    def __exit__(self, *_):
        """Whoever still uses it loses it: a lazy unmount detaches it in any case."""
        try:
            run("umount", self.mount)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            run("umount", "--lazy", self.mount)
        self.image.unlink()

    def fill(self, most=None):
        """Writes a file until not one byte more has room, or it is that long."""
        descriptor = os.open(self.filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            if most:
                os.posix_fallocate(descriptor, 0, most)
                return
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while os.write(descriptor, bytes(size)) == size:
                        pass
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        assert self.free_bytes == 0, self.free_bytes

    def unfill(self):
        self.filler.unlink()

    @property
    def free_bytes(self):
        state = os.statvfs(self.mount)
        # Not f_bfree: ext4 keeps some blocks that no file gets.
        return state.f_bavail * state.f_frsize

    @property
    def data(self):
        """A data directory on it, by a name that is not: what the process logs must not need its space."""
        name = self.mount.parent / f"{self.kind}-data"
        if not name.is_symlink():
            (self.mount / "data").mkdir()
            name.symlink_to(self.mount / "data")
        return pathlib.Path(name)


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=COMMAND_SECONDS)
