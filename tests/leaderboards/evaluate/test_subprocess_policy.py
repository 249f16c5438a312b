import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from badger_envs.envs.guessing.policies import Probe
from badger_envs.envs.guessing.task import Guessing
from badger_envs.evaluation import PolicyError, evaluate
from leaderboards.evaluate.subprocess_policy import PolicyProcess
from tests.helpers.paths import ROOT

ID, ARGUMENTS = "Badger/Guessing-v0", Guessing(dims=3).arguments()

POLICIES = """
import os, struct, subprocess, sys, time
import numpy as np
from badger_envs.envs.guessing.policies import Probe
from badger_envs.envs.guessing.task import Guessing

def probe(id, arguments, training_seed):
    return Probe(Guessing(**arguments))

class Zeros:
    def __init__(self, id="", arguments=None, training_seed=0):
        self.seed = training_seed
    def reset(self, batch):
        self.batch = batch
    def act(self, observation, reward):
        return np.zeros((self.batch, 3), np.float32)

def acting(act):
    return type("Acting", (Zeros,), {"act": act})

ESCAPES = b"\\xff\\x1b[2J\\n" * 1000
Double = acting(lambda self, observation, reward: np.full((self.batch, 3), 0.1))
Seeded = acting(lambda self, observation, reward: Zeros.act(self, observation, reward) + self.seed / 10)
Narrow = acting(lambda self, observation, reward: np.zeros((self.batch, 2)))
Flat = acting(lambda self, observation, reward: np.zeros(self.batch * 3))
Deep = acting(lambda self, observation, reward: np.zeros((1, 1, 1, 1, 1, self.batch, 3)))
Nothing = acting(lambda self, observation, reward: None)
Words = acting(lambda self, observation, reward: "left")
Truths = acting(lambda self, observation, reward: [[True, 0.5, 0.5]] * self.batch)
Masked = acting(lambda self, observation, reward: np.ma.masked_array(np.zeros((self.batch, 3)), mask=True))
Bytes = acting(lambda self, observation, reward: bytearray(self.batch * 3))
Enormous = acting(lambda self, observation, reward: np.full((self.batch, 3), 1e300))
Ragged = acting(lambda self, observation, reward: [[0.0], [0.0, 1.0]])
Nan = acting(lambda self, observation, reward: Zeros.act(self, observation, reward) * np.nan)
Ones = acting(lambda self, observation, reward: Zeros.act(self, observation, reward) + 1.0)
Large = acting(lambda self, observation, reward: Zeros.act(self, observation, reward) + 1.5)
Huge = acting(lambda self, observation, reward: np.zeros((20_000, 1_000), np.float32))
Exiting = acting(lambda self, observation, reward: sys.exit(3))
ExitingHard = acting(lambda self, observation, reward: os._exit(0))
Killed = acting(lambda self, observation, reward: os.kill(os.getpid(), 9))
Aborting = acting(lambda self, observation, reward: os.abort())
ForgedHuge = acting(lambda self, observation, reward: forge(b"A", 4, *[2**32 - 1] * 4))
ForgedAxes = acting(lambda self, observation, reward: forge(b"A", 255, 1, 1, 1, 1))
ForgedKind = acting(lambda self, observation, reward: forge(b"\\xff", 2, 1, 1, 1, 1))
ForgedError = acting(lambda self, observation, reward: forge(b"E", 1, 2**32 - 1, 0, 0, 0, body=ESCAPES))
Half = acting(lambda self, observation, reward: forge(b"A", 2, self.batch, 3, 0, 0, body=b"half"))
Refusing = acting(lambda self, observation, reward: forge(b"V", 1, 2, 0, 0, 0, body=b"no"))

class Printing(Zeros):
    def act(self, observation, reward):
        print("A" * 200_000)
        print("E", file=sys.stderr)
        os.write(1, b"D" * 1000)
        return super().act(observation, reward)

class Scribbling(Zeros):
    def act(self, observation, reward):
        observation[:], reward[:] = 7, 7
        return super().act(observation, reward)

class Environment(Zeros):
    def act(self, observation, reward):
        raise RuntimeError(" ".join(sorted(os.environ)) + f" argv={sys.argv[1:]} stdin={sys.stdin.read()!r}")

class Raising(Zeros):
    def act(self, observation, reward):
        raise KeyError("left\\n\\x1b[31mright" + "x" * 100_000)

class RaisingValueError(Zeros):
    def act(self, observation, reward):
        raise ValueError("no size")

class RaisingAtReset(Zeros):
    def reset(self, batch):
        raise OSError("no file")

class Hanging(Zeros):
    def act(self, observation, reward):
        while True:
            pass

def forge(*header, body=b""):
    content = struct.pack("<cB4I", *header) + body
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, content)
        except OSError:
            pass
    time.sleep(60)

class Closing(Zeros):
    def act(self, observation, reward):
        os.closerange(3, 64)
        time.sleep(60)

class Dripping(Zeros):
    def act(self, observation, reward):
        while True:
            time.sleep(0.05)
            for descriptor in range(3, 64):
                try:
                    os.write(descriptor, b"A")
                    break
                except OSError:
                    pass

def offspring(id, arguments, training_seed):
    open("offspring", "w").write(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid))
    return Zeros()

def cannot(id, arguments, training_seed):
    if arguments["dims"] != 2:
        raise ValueError(f"dims must be 2, got {arguments['dims']}")
    return Two()

class Two(Zeros):
    def act(self, observation, reward):
        return np.full((self.batch, 2), os.getpid() % 1000 / 1000)

def broken(id, arguments, training_seed):
    raise ZeroDivisionError("by zero")

def too_few(id):
    return Zeros()

def sleepy(id, arguments, training_seed):
    time.sleep(60)

def leaving(id, arguments, training_seed):
    sys.exit("bye")
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(POLICIES)
    monkeypatch.chdir(tmp_path)


def returns(policy, episodes=64):
    return evaluate(policy, ID, episodes=episodes, batch=32, **ARGUMENTS).returns


@contextmanager
def isolated(name, **how):
    with PolicyProcess(f"mine:{name}", **how) as make:
        yield make(ID, ARGUMENTS, 4)


def test_policy_process_returns_equal_those_of_this_process():
    with isolated("probe") as policy:
        assert (returns(policy) == returns(Probe(Guessing(dims=3)))).all()


def test_policy_process_converts_actions_as_the_evaluator_does():
    class Double:
        def reset(self, batch):
            pass

        def act(self, observation, reward):
            return np.full((len(reward), 3), 0.1)

    with isolated("Double") as policy:
        assert (returns(policy) == returns(Double())).all()


def test_policy_process_passes_the_training_seed():
    with isolated("Seeded") as policy:
        policy.reset(2)
        action = policy.act(np.zeros((2, 9), np.float32), np.zeros(2, np.float32))
    assert action.tolist() == np.full((2, 3), 0.4, np.float32).tolist()


def test_policy_process_prints_to_standard_error(capfd):
    with isolated("Printing") as policy, isolated("Zeros") as zeros:
        assert (returns(policy, 32) == returns(zeros, 32)).all()
    said = capfd.readouterr()
    assert said.out == ""
    assert "A" * 200_000 in said.err


@pytest.mark.parametrize("name", ["Large", "Enormous"])
def test_policy_process_clips_finite_actions_as_every_view_does(name):
    with isolated(name) as policy, isolated("Ones") as ones:
        assert (returns(policy) == returns(ones)).all()


def test_policy_process_is_unharmed_by_writes_into_observations():
    with isolated("Scribbling") as policy, isolated("Zeros") as zeros:
        assert (returns(policy) == returns(zeros)).all()


def test_policy_process_sees_no_tokens_arguments_or_input(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1234")
    with isolated("Environment") as policy, pytest.raises(PolicyError) as caught:
        returns(policy)
    said = str(caught.value)
    assert "PATH" in said
    assert "TOKEN" not in said
    assert "argv=[] stdin=''" in said


MISTAKES = {
    "Narrow": r"must answer with shape \(32, 3\), got \(32, 2\)",
    "Flat": r"must answer with shape \(32, 3\), got \(96,\)",
    "Deep": "action must have shape .*, got 7 axes",
    "Nothing": "action must be an array of numbers, got type object",
    "Words": "action must be an array of numbers, got type <U4",
    "Truths": "action must be an array of numbers, got type object",
    "Masked": "action must be an array of numbers, got type object",
    "Bytes": "action must be an array of numbers, got type object",
    "Ragged": "ValueError: setting an array element",
    "Huge": r"must answer with shape \(32, 3\), got \(20000, 1000\)",
    "Raising": r"KeyError: .*xxx\.\.\. \(mine.py, line \d+\)",
    "RaisingValueError": r"ValueError: no size \(mine.py, line \d+\)",
    "RaisingAtReset": r"OSError: no file \(mine.py, line \d+\)",
    "Exiting": "exited with code 3",
    "ExitingHard": "exited with code 0",
    "Killed": "hung up, or was killed",
    "Aborting": r"ended by signal 6 \(Aborted\)",
    "ForgedHuge": r"must answer with shape \(32, 3\), got \(4294967295, ",
    "ForgedAxes": r"must answer with shape \(32, 3\), got \(1, 1, 1, 1\)",
    "ForgedKind": r"must answer with a message b'A', got b'\\xff'",
    "ForgedError": r"\\x1b\[2J",
    "Nan": r"action must be finite, got nan at index \(0, 0\)",
    "Refusing": "no",
    "Half": "took longer than 0.5 s to answer",
    "Hanging": "took longer than 0.5 s to answer",
    "Dripping": r"took longer than 0.5 s to answer|must answer with",
    "Closing": "hung up, or was killed",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_policy_process_reports_mistakes_in_one_line_and_ends(name):
    with isolated(name, seconds=0.5 if "0.5 s" in MISTAKES[name] else 60.0) as policy:
        with pytest.raises(PolicyError, match=MISTAKES[name]) as caught:
            returns(policy)
        message = str(caught.value)
        assert message.startswith(f"policy mine:{name} on Badger/Guessing-v0: ")
        assert message.isprintable()
        assert len(message) < 2500
        assert policy._process._process.returncode is not None
        with pytest.raises(PolicyError, match="its process was ended before"):
            policy.reset(1)


def test_policy_process_raises_value_error_for_unsupported_sizes():
    reason = "policy mine:cannot on .*: ValueError: dims must be 2, got 3"
    with pytest.raises(ValueError, match=reason) as caught, isolated("cannot"):
        pass
    assert not isinstance(caught.value, PolicyError)


def test_policy_process_makes_several_policies_and_outlives_a_refusal():
    question = np.zeros((1, 6), np.float32), np.zeros(1, np.float32)
    actions = []
    with PolicyProcess("mine:cannot") as make:
        for dims in (2, 3, 2):
            arguments = Guessing(dims=dims).arguments()
            if dims == 3:
                with pytest.raises(ValueError, match="dims must be 2, got 3"):
                    make(ID, arguments, 0)
                continue
            policy = make(ID, arguments, 0)
            policy.reset(1)
            actions.append(policy.act(*question).tolist())
        make(ID, arguments, 0)
        with pytest.raises(PolicyError, match="its process has made another policy since"):
            policy.reset(1)
    assert actions[0] == actions[1]
    with pytest.raises(PolicyError, match="its process was ended before"):
        make(ID, ARGUMENTS, 0)


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("mine:broken", "ZeroDivisionError: by zero"),
        ("mine:too_few", "TypeError: too_few"),
        ("mine:missing", "AttributeError: .*missing"),
        ("elsewhere:make", "No module named 'elsewhere'"),
        ("mine:sleepy", "took longer than 1 s"),
        ("mine:leaving", "exited with code 1"),
    ],
)
def test_policy_process_refuses_factories_that_fail(reference, error):
    seconds = 1.0 if "1 s" in error else 60.0
    with PolicyProcess(reference, start_seconds=seconds) as make, pytest.raises(PolicyError, match=error):
        make(ID, ARGUMENTS, 0)


@pytest.mark.parametrize("reference", ["mine", "mine:", ":make", "mine.py:make()", "../mine:make", "a:b:c", ""])
def test_policy_process_refuses_bad_references_before_it_starts(reference):
    with pytest.raises(ValueError, match="policy must be module:factory, got"):
        PolicyProcess(reference)


def test_policy_process_close_ends_child_processes(tmp_path):
    with isolated("offspring", sandbox="off"):  # which would keep it from writing its number here
        pid = int((tmp_path / "offspring").read_text())
        assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline


def test_policy_process_ends_when_its_parent_is_killed(tmp_path):
    script = f"""
import os
from leaderboards.evaluate.subprocess_policy import PolicyProcess
policy = PolicyProcess("mine:Zeros")({ID!r}, {ARGUMENTS!r}, 0)
print(policy._process._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    deadline = time.monotonic() + 10
    while _runs(int(done.stdout)):
        assert time.monotonic() < deadline


def _runs(pid):
    """Whether the process is there and no zombie that its new parent has not yet waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return sys.platform != "linux"
