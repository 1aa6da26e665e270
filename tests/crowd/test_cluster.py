"""A real Ray cluster of two nodes on this machine: workers and nodes may go, jobs may not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import protocol
from engine.cancel import CancelFlag
from engine.crowd import batch, single
from engine.crowd.cluster import RayHome
from engine.crowd.listing import entries_of
from engine.protocol import Request

pytest.importorskip("ray", reason="the extra 'cluster' is not installed (build.py test --cluster)")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL")]
ROOT, HERE = Path(__file__).resolve().parents[2], Path(__file__).resolve().parent
JOBS = 40
QUICK = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "OMP_NUM_THREADS": "1",
    # the head takes a silent node for dead after seconds, not after half a minute
    "RAY_health_check_initial_delay_ms": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
}


class Cluster:
    """A head and a second node, one core each."""

    def __init__(self, notes: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.notes, self.folder = notes, tempfile.mkdtemp(prefix="ray")  # sockets' paths must be short
        port = self.address.rpartition(":")[2]
        self.head = self._start(
            "head", "--head", f"--port={port}", "--include-dashboard=false", "--temp-dir", self.folder
        )
        while self._refuses():
            time.sleep(0.1)
        self.second = self._start("second", f"--address={self.address}")

    def _start(self, name: str, *options: str) -> subprocess.Popen:
        path = os.pathsep.join(map(str, (ROOT, HERE, ROOT / "tests" / "engine")))
        environment = {**os.environ, **QUICK, "PYTHONPATH": path, "CROWD_NOTES": str(self.notes), "CROWD_NODE": name}
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", *options, "--num-cpus=1", "--block"]
        command += ["--object-store-memory=80000000", "--disable-usage-stats"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)

    def _refuses(self) -> bool:
        host, _, port = self.address.partition(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) != 0

    def stop(self) -> None:
        for node in (self.second, self.head):
            kill(node)


def kill(node: subprocess.Popen) -> None:
    """Kill a node's processes at once, as a power cut does."""
    for pid in (*family(node.pid), node.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    node.wait()


def family(pid: int) -> list[int]:
    """A process's children and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [child for child, parent in pairs if parent == pid]
    return [*found, *(further for child in found for further in family(child))]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    made = Cluster(tmp_path / "notes.txt")
    yield made
    made.stop()


def test_forty_jobs_survive_the_death_of_a_worker_and_of_a_node(tmp_path: Path, cluster: Cluster) -> None:
    ended: list[str] = []
    killed: dict[str, int] = {}

    def hear(event: dict) -> None:
        """Kill a worker after ten jobs, and the second node after twenty."""
        if event["event"] != "crowd_job":
            return
        ended.append(event["name"])
        last = [line.split() for line in cluster.notes.read_text().splitlines()]
        if len(ended) == 10:
            killed["worker"] = int(last[-1][0])
            os.kill(killed["worker"], signal.SIGKILL)
        if len(ended) == 20:
            kill(cluster.second)

    one = tmp_path / "one"
    one.mkdir()
    (one / protocol.REQUEST_FILE).write_text(Request(prompts={}, seed=7).to_json())
    told: list[dict] = []
    home = RayHome(cluster.address, str(tmp_path), 1, 1.0, worker="fake_worker.Worker")
    assert single.run_one(one, home, told.append, CancelFlag()) == protocol.EXIT_OK
    assert [event["event"] for event in told] == ["job_started", "result"]
    assert (one / "result" / "square.txt").read_text() == "49"
    cluster.notes.write_text("")

    rows = [{"name": f"job{seed:02}", "appearance": "a nun", "seed": seed} for seed in range(JOBS - 1)]
    rows.append({"name": "poison", "appearance": "deadly", "seed": JOBS})
    entries, refused = entries_of(iter(enumerate(rows, start=1)))
    assert not refused
    share = f"file://{tmp_path / 'share'}"
    home = RayHome(cluster.address, share, workers=2, cpus=1.0, tries=3, worker="fake_worker.Worker")
    code = batch.run(entries, refused, tmp_path / "out", home, hear, CancelFlag())
    assert code == protocol.EXIT_FAILED and len(ended) == len(set(ended)) == JOBS
    for entry in entries[:-1]:
        result = tmp_path / "out" / entry.name / "result"
        assert int((result / "square.txt").read_text()) == entry.request.seed**2, entry.name
    assert "3 times" in (tmp_path / "out" / "index.html").read_text()
    notes = [line.split() for line in cluster.notes.read_text().splitlines()]
    assert {node for _, node, _, _ in notes} == {"head", "second"}, "both nodes took part"
    shapes = [seed for _, _, stage, seed in notes if stage == "shape"]
    assert sorted(map(int, shapes)) == [*range(JOBS - 1), JOBS], "a finished stage is not made again"
    assert len([seed for _, _, stage, seed in notes if stage == "motion"]) >= JOBS + 2, "the poison was tried thrice"
    assert len({pid for pid, *_ in notes}) >= 5, "workers were begun again"
