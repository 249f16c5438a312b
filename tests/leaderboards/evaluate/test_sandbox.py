"""What a stranger's policy tries while it is evaluated, and what comes of it."""

import os
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from badger_envs.envs.guessing.task import Guessing
from badger_envs.evaluation import PolicyError
from leaderboards.evaluate.sandbox import NOT_HELD_WITHOUT, find_sandbox, isolation_of
from leaderboards.evaluate.subprocess_policy import PolicyProcess

ID, ARGUMENTS = "Badger/Guessing-v0", Guessing(dims=3).arguments()
FOUND = find_sandbox()
needs_sandbox = pytest.mark.skipif(FOUND.program is None, reason=FOUND.why_not)

ATTACKS = """
import json, os, pathlib, socket, subprocess, sys, time
import numpy as np

def tell(attack):
    try:
        said = attack()
    except OSError as error:
        raise RuntimeError(f"held ({type(error).__name__})")
    raise RuntimeError(f"got through: {said}")

ABOUT = json.loads(pathlib.Path("about.json").read_text())

def read_environment(id, arguments, training_seed):
    tell(lambda: b"A_TOKEN=1234" in pathlib.Path(f"/proc/{ABOUT['caller']}/environ").read_bytes())

def write_memory(id, arguments, training_seed):
    tell(lambda: os.close(os.open(f"/proc/{ABOUT['caller']}/mem", os.O_RDWR)))

def end_caller(id, arguments, training_seed):
    tell(lambda: os.kill(ABOUT["caller"], 0))

def write_here(id, arguments, training_seed):
    tell(lambda: pathlib.Path("written").write_text("x"))

def write_into_the_checkout(id, arguments, training_seed):
    import leaderboards
    tell(lambda: (pathlib.Path(leaderboards.__file__).parent / "written").write_text("x"))

def read_home(id, arguments, training_seed):
    tell(lambda: pathlib.Path(ABOUT["home"], "key").read_text())

def use_network(id, arguments, training_seed):
    tell(lambda: socket.create_connection(("127.0.0.1", ABOUT["port"]), timeout=5).close())

def capabilities(id, arguments, training_seed):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    rights = [line.split()[1] for line in lines if line.startswith(("CapEff", "CapPrm", "CapBnd"))]
    raise RuntimeError("held" if {int(right, 16) for right in rights} == {0} else f"got through: {rights}")

def fill_memory(id, arguments, training_seed):
    try:
        kept = bytearray(64 * 2**30)
    except MemoryError:
        raise RuntimeError("held")
    raise RuntimeError("got through")

class Zeros:
    def reset(self, batch):
        self.batch = batch
    def act(self, observation, reward):
        return np.zeros((self.batch, 3), np.float32)

def outlive(id, arguments, training_seed):
    wait = f"import time; time.sleep(60)  # {ABOUT['mark']}"
    subprocess.Popen([sys.executable, "-c", wait], start_new_session=True)
    return Zeros()

def use_private_folder(id, arguments, training_seed):
    import tempfile
    for folder in (tempfile.gettempdir(), os.environ["HOME"]):
        pathlib.Path(folder, "mine").write_text("x")
    return Zeros()
"""


@pytest.fixture(autouse=True)
def listener(tmp_path, monkeypatch):
    """A folder with the attacks, a home with a key, a token in the environment, and somebody who listens."""
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    home.mkdir()
    (home / "key").write_text("secret")
    (here / "attacks.py").write_text(ATTACKS)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.syspath_prepend(str(home))  # of the caller, and none of the policy's business
    with socket.create_server(("127.0.0.1", 0)) as server:
        about = (
            f'{{"caller": {os.getpid()}, "home": "{home}", "port": {server.getsockname()[1]}, "mark": "{tmp_path}"}}'
        )
        (here / "about.json").write_text(about)
        yield server


@needs_sandbox
@pytest.mark.parametrize(
    "attack",
    [
        "read_environment", "write_memory", "end_caller", "write_here", "write_into_the_checkout", "read_home",
        "use_network", "capabilities", "fill_memory",
    ],
)  # fmt: skip
def test_sandbox_holds_a_policy_that_attacks(attack):
    with PolicyProcess(f"attacks:{attack}") as make, pytest.raises(PolicyError, match="RuntimeError: held"):
        make(ID, ARGUMENTS, 0)


@needs_sandbox
def test_sandbox_ends_what_a_policy_started_in_a_session_of_its_own(tmp_path):
    def running():
        lines = [path.read_bytes() for path in _readable(Path("/proc").glob("[0-9]*/cmdline"))]
        return any(str(tmp_path).encode() in line and b"sleep" in line for line in lines)

    with PolicyProcess("attacks:outlive") as make:
        make(ID, ARGUMENTS, 0)
        deadline = time.monotonic() + 30
        while not running():  # what was just started need not have its name yet
            assert time.monotonic() < deadline
    deadline = time.monotonic() + 30
    while running():
        assert time.monotonic() < deadline


@needs_sandbox
def test_sandbox_gives_a_private_folder_that_nobody_sees_later(tmp_path):
    with PolicyProcess("attacks:use_private_folder") as make:
        policy = make(ID, ARGUMENTS, 0)
        policy.reset(2)
        assert policy.act(np.zeros((2, 9), np.float32), np.zeros(2, np.float32)).shape == (2, 3)
    assert not list(tmp_path.rglob("mine"))
    assert not Path("/tmp/mine").exists()


def test_isolation_says_plainly_what_is_not_held_without_a_sandbox():
    isolation = isolation_of(None)
    assert isolation.program == "none"
    assert isolation.not_held[: len(NOT_HELD_WITHOUT)] == NOT_HELD_WITHOUT
    assert "network" in " ".join(isolation.not_held)
    assert "files" in " ".join(isolation.not_held)


@needs_sandbox
def test_isolation_of_a_sandbox_names_it_and_what_it_does_not_hold():
    isolation = isolation_of(FOUND.program)
    assert isolation.program.startswith("bubblewrap ")
    assert any("network" in held for held in isolation.held)
    assert any("public" in left for left in isolation.not_held)
    assert not set(isolation.held) & set(isolation.not_held)


def test_sandbox_that_is_required_and_missing_is_refused_before_the_work(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_sandbox().program is None
    with pytest.raises(ValueError, match="sandbox must be there where it is required, got: no bwrap"):
        PolicyProcess("attacks:outlive", sandbox="required")


def _readable(paths):
    for path in paths:
        try:
            path.read_bytes()
        except OSError:
            continue
        yield path
