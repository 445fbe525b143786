"""What the conftest of every folder with tests of the real process needs."""

import pytest

from broker import BINARY, Broker


def pytest_configure(config):
    for number in range(1, 46):
        config.addinivalue_line("markers", f"r{number:02}: shows requirement R{number}")
    if not BINARY.is_file():
        pytest.exit(f"{BINARY} does not exist; build it with `swift build -c release --product gridlog`", returncode=2)


@pytest.fixture
def launch(tmp_path):
    """Starts brokers of the test's own; those that still run are killed afterwards."""
    started = []

    def start(*arguments, data=None, port=0):
        started.append(Broker(data or tmp_path / "data", *arguments, port=port))
        return started[-1].start()

    yield start
    for running in started:
        running.kill()
