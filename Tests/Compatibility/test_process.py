"""Start, refusal to start, and stop of the process."""

import os
import socket
import struct
import subprocess
import threading
import time

import pytest

from broker import BINARY, STOP_SECONDS, Refused, event, eventually, identifiers
from crc32c import crc32c


def test_ready_line_names_the_address_and_sigterm_ends_with_zero(launch):
    running = launch()
    assert running.port > 0
    assert running.request("GET", "/health/ready").status == 200
    running.stop()


def test_sigterm_answers_a_waiting_receiver_with_an_empty_list(launch):
    running = launch()
    topic = running.put_topic("waiting")
    topic.put_subscription("sub")
    results = []
    receiver = threading.Thread(target=lambda: results.append(topic.receive("sub", wait=60)), daemon=True)
    receiver.start()
    time.sleep(0.5)
    begin = time.monotonic()
    running.stop()
    receiver.join(timeout=10)
    assert results == [[]]
    assert time.monotonic() - begin < 5


def test_sigterm_ends_also_with_idle_connections(launch):
    running = launch()
    idle = [socket.create_connection((running.host, running.port), timeout=10) for _ in range(5)]
    try:
        running.stop()
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.r43
def test_second_process_on_the_same_directory_is_refused_at_once(launch):
    running = launch()
    with pytest.raises(Refused) as refused:
        launch(data=running.data)
    assert refused.value.status not in (0, None)
    assert refused.value.status > 0, "it must exit, not trap"
    assert str(running.process.pid) in refused.value.errors
    assert refused.value.seconds < 1
    assert running.request("GET", "/health/ready").status == 200


@pytest.mark.r43
def test_directory_is_free_again_after_a_kill(launch):
    running = launch()
    running.kill()
    launch(data=running.data).stop()


def test_port_in_use_is_a_clear_error(launch, tmp_path):
    running = launch()
    with pytest.raises(Refused) as refused:
        launch(data=tmp_path / "other", port=running.port)
    assert refused.value.status > 0
    assert str(running.port) in refused.value.errors
    assert "in use" in refused.value.errors


def test_listening_elsewhere_without_keys_is_refused(launch):
    with pytest.raises(Refused) as refused:
        launch("--host", "0.0.0.0")
    assert refused.value.status > 0
    assert "--require-keys" in refused.value.errors


@pytest.mark.r19
def test_directory_that_is_not_ours_is_refused_and_left_alone(launch, tmp_path):
    foreign = tmp_path / "foreign"
    (foreign / "photos").mkdir(parents=True)
    (foreign / "photos" / "one.jpg").write_bytes(b"not a log")
    (foreign / "notes.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        launch(data=foreign)
    assert refused.value.status > 0
    assert str(foreign) in refused.value.errors
    kept = {str(path.relative_to(foreign)) for path in foreign.rglob("*") if path.is_file()}
    assert {"photos/one.jpg", "notes.txt"} <= kept
    assert not any(name.endswith((".segment", ".slots", "keys.json")) for name in kept)


def test_directory_of_another_version_is_refused(launch):
    running = launch()
    running.put_topic("kept")
    running.stop()
    manifests = sorted(running.data.glob("MANIFEST-*"))
    assert manifests
    for manifest in manifests:
        head = bytearray(manifest.read_bytes())
        if len(head) < 32:
            continue
        head[8:10] = struct.pack("<H", 99)
        head[28:32] = struct.pack("<I", crc32c(head[:28]))
        manifest.write_bytes(head)
    before = {manifest: manifest.read_bytes() for manifest in manifests}
    with pytest.raises(Refused) as refused:
        launch(data=running.data)
    assert refused.value.status > 0
    assert "version" in refused.value.errors
    assert {manifest: manifest.read_bytes() for manifest in manifests} == before


def test_path_that_is_a_file_is_refused(launch, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(Refused) as refused:
        launch(data=file)
    assert refused.value.status > 0
    assert str(file) in refused.value.errors
    assert file.read_text() == "mine"


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--durability", "none"], ["--nonsense"]], ids=str)
def test_wrong_arguments_are_a_usage_error(tmp_path, arguments):
    command = [str(BINARY), "serve", "--data", str(tmp_path / "data"), *arguments]
    outcome = subprocess.run(command, capture_output=True, timeout=STOP_SECONDS, stdin=subprocess.DEVNULL)
    assert outcome.returncode == 64, outcome
    assert outcome.stdout == b""
    assert not (tmp_path / "data").exists()


def test_port_out_of_range_is_refused_before_a_store_is_made(launch, tmp_path):
    with pytest.raises(Refused) as refused:
        launch(port=70_000)
    assert "port" in refused.value.errors
    assert not (tmp_path / "data").exists()


def test_default_durability_is_that_of_the_option(launch):
    running = launch("--durability", "written")
    topic = running.put_topic("fast")
    assert running.request("GET", topic.path).json["properties"]["durability"] == "written"


def test_idle_server_with_waiting_receivers_uses_no_cpu(launch):
    running = launch()
    topic = running.put_topic("idle")
    topic.put_subscription("sub")
    path = f"{topic.subscription_path('sub')}:receive?maxWaitTime=60"
    request = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
    waiting = [socket.create_connection((running.host, running.port), timeout=10) for _ in range(200)]
    try:
        for connection in waiting:
            connection.sendall(request.encode())
        time.sleep(1)
        before = cpu_seconds(running.process.pid)
        time.sleep(3)
        assert cpu_seconds(running.process.pid) - before < 0.1
        topic.publish(event(1))
        assert eventually(lambda: any(has_answer(connection) for connection in waiting))
    finally:
        for connection in waiting:
            connection.close()


def has_answer(connection):
    connection.setblocking(False)
    try:
        return len(connection.recv(1, socket.MSG_PEEK)) == 1
    except BlockingIOError:
        return False


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_keys_and_resources_survive_a_restart(launch):
    running = launch("--require-keys")
    keys = running.keys
    headers = {"aeg-sas-key": keys["key1"]}
    topic = running.put_topic("kept", headers=headers)
    topic.put_subscription("sub", lock=17, types=["a"], headers=headers)
    before = running.request("GET", topic.subscription_path("sub"), headers=headers).json
    running.stop()
    again = launch("--require-keys", data=running.data)
    assert again.keys == keys
    assert again.request("GET", topic.subscription_path("sub"), headers=headers).json == before


def test_deleted_topic_stays_deleted_and_a_new_one_starts_empty(launch):
    running = launch()
    topic = running.put_topic("again")
    topic.put_subscription("sub")
    topic.publish(event(1))
    assert running.request("DELETE", topic.path).status == 204
    running.stop()
    again = launch(data=running.data)
    assert again.request("GET", topic.path).status == 404
    topic = again.put_topic("again")
    topic.put_subscription("sub")
    topic.publish(event(2))
    assert identifiers(topic.receive("sub")) == ["2"]
