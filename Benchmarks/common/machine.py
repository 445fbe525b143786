"""Where it was measured."""

import os
import platform


def conditions(data):
    device, kind, options = filesystem(data)
    with open("/proc/meminfo") as lines:
        memory = int(lines.readline().split()[1]) / (1 << 20)
    return {
        "CPU": f"{cpu_model()}, {os.cpu_count()} cores, shared by server and load",
        "memory": f"{memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "filesystem": f"{kind} on {device} ({options})",
        "load average before": " ".join(f"{each:.1f}" for each in os.getloadavg()),
    }


def read_ahead(path):
    """How much the kernel reads from this disk when a page is missing, or "?"."""
    device = os.stat(path).st_dev
    try:
        with open(f"/sys/class/bdi/{os.major(device)}:{os.minor(device)}/read_ahead_kb") as file:
            return f"{file.read().strip()} KiB"
    except OSError:
        return "?"


def cpu_model():
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def filesystem(path):
    path = os.path.realpath(path)
    best = ("", "?", "?", "?")
    with open("/proc/mounts") as lines:
        for line in lines:
            device, point, kind, options = line.split()[:4]
            if (path + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best[0]):
                best = (point, device, kind, options)
    return best[1:]
