"""beanstalkd."""

import os
import shutil
import socket

from common.load import BATCH, counted, verify
from common.processes import Server, free_port, run_tool


class Beanstalkd:
    install = "apt-get install beanstalkd"

    def __init__(self, connections):
        self.connections = connections
        self.name = f"beanstalkd-{connections}"
        self.label = f"beanstalkd, {counted(connections)}, -f 1000"
        self.durability = "synced each second"

    def missing(self):
        return not shutil.which("beanstalkd")

    def version(self):
        return run_tool(["beanstalkd", "-v"], 10).strip()

    def measure(self, load, directory):
        port = free_port()
        os.mkdir(f"{directory}/log")
        command = ["beanstalkd", "-l", "127.0.0.1", "-p", str(port), "-b", f"{directory}/log", "-f", "1000"]
        with Server(command, f"{directory}/beanstalkd.log") as server:
            server.wait_for_port(port)
            common = ["--port", port, "--connections", self.connections, "--batch", BATCH]
            publish, consume, published, consumed = load.publish_and_consume(
                lambda seconds: load.peer_load("beanstalk-publish", server, *common, seconds=seconds),
                lambda: load.peer_load("beanstalk-consume", server, *common))
            verify("jobs", stat(port, "total-jobs"), published)
            verify("deleted jobs", stat(port, "cmd-delete"), consumed)
            verify("jobs left", stat(port, "current-jobs-ready"), published - consumed)
            return {"publish": publish, "consume": consume}


def stat(port, name):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"stats\r\n")
        lines = connection.makefile("r")
        length = int(lines.readline().split()[1])
        for line in lines.read(length).splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return int(value)
    raise KeyError(name)
