"""What every measurement of Gridlog needs."""

import json
import urllib.request

from .processes import run_tool

# The line that says it is ready begins so, and ends with its address.
LISTENING = "gridlog listening on "


def version(path):
    return "Gridlog " + run_tool([path, "--version"], 10).strip()


def put(url, properties):
    request = urllib.request.Request(
        url, method="PUT", data=json.dumps({"properties": properties}).encode(),
        headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()
