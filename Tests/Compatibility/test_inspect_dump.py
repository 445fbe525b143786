"""`gridlog-inspect dump`: what frames hold."""

import json
import re

import pytest

from broker import Broker, event
from inspect_stores import golden, written
from inspect_tool import SOUND, run

HEX_BYTES_MAX = 4_096


def test_bytes_that_are_left_out_are_told(tmp_path):
    running = Broker(tmp_path / "data").start()
    try:
        topic = running.put_topic("orders")
        topic.publish(event("small"))
        topic.publish(event("big", data="x" * 5_000))
        running.stop()
    finally:
        running.kill()
    small, big = run("dump", running.data, "--hex", "--json", "--kind", "events").json_lines
    assert "hexTruncated" not in small and json.dumps(event("small")).encode().hex() in small["hex"]
    assert big["hexTruncated"] is True and len(big["hex"]) == 2 * HEX_BYTES_MAX
    text = run("dump", running.data, "--hex", "--kind", "events").out
    assert len(re.findall(r"^    \.\.\. \d+ bytes more$", text, re.MULTILINE)) == 1, text


@pytest.mark.parametrize("make", [golden, written], ids=["golden", "written"])
def test_checkpoints(tmp_path, make):
    store = make(tmp_path / "store")
    result = run("dump", store, "--topic", "orders", "--kind", "checkpoint", "--json")
    assert result.status == SOUND, result
    found = [frame["checkpoint"] for frame in result.json_lines if "checkpoint" in frame]
    assert found and all(each["floor"] <= each["cursor"] <= each["end"] for each in found)
    assert any(frame.get("endsCheckpoint") for frame in result.json_lines)
    text = run("dump", store, "--topic", "orders", "--kind", "checkpoint").out
    for each in found:
        names = [f"{name} {each[name]}" for name in ("floor", "cursor", "end")]
        assert f"  of subscription {each['subscription']}: {', '.join(names)}" in text
    headers = run("dump", store, "--topic", "orders", "--kind", "checkpoint", "--json", "--headers").json_lines
    assert not any("checkpoint" in frame for frame in headers) and len(headers) == len(result.json_lines)
