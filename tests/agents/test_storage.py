import hashlib
import json

import pytest
import torch
from safetensors.torch import save_file

from agents import (
    AgentFileError,
    Badger,
    BadgerConfig,
    CommNet,
    CommNetConfig,
    Handcrafted,
    HandcraftedConfig,
    load_agent,
    save_agent,
)
from agents.storage import CONFIG, WEIGHTS


@pytest.fixture
def saved(tmp_path):
    agent = Badger(BadgerConfig(3, memory=8, messages="attention"))
    save_agent(agent, tmp_path)
    return agent, tmp_path


def edit(folder, **changes):
    about = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(about | changes))


def put_weights(folder, tensors):
    """Weights with a hash that fits them, so that only what is in them can be wrong."""
    save_file(tensors, folder / WEIGHTS)
    edit(folder, weights_sha256=hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest())


@pytest.mark.parametrize(
    "agent",
    [Badger(BadgerConfig(3)), Badger(BadgerConfig(3, topology="ring")), CommNet(CommNetConfig(4, rounds=1))],
    ids=["badger", "ring", "commnet"],
)
def test_a_loaded_agent_does_exactly_what_the_saved_one_does(tmp_path, agent):
    save_agent(agent, tmp_path / "new" / "folder")
    loaded = load_agent(tmp_path / "new" / "folder")
    assert type(loaded) is type(agent)
    assert loaded.config == agent.config
    seen = torch.randn(2, 3, agent.config.port_features)
    one, other = (each(seen, each.initial_state(2, 3))[0] for each in (agent, loaded))
    assert torch.equal(one, other)
    loaded(seen, loaded.initial_state(2, 3))[0].sum().backward()  # it can be trained on
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [CONFIG, WEIGHTS]


def test_a_handcrafted_agent_is_saved_without_weights_and_with_its_settings(tmp_path):
    agent = Handcrafted(HandcraftedConfig(17, "wave", rounds=2, settings=(0.8, 0.9, 1.0, 0.8, -0.9, 1)))
    save_agent(agent, tmp_path)
    loaded = load_agent(tmp_path)
    assert loaded.config == agent.config
    assert loaded.device.type == "cpu"
    seen = torch.randn(2, 3, 17)
    one, other = (each(seen, each.initial_state(2, 3))[0] for each in (agent, loaded))
    assert torch.equal(one, other)
    edit(tmp_path, config={"port_features": 17, "rule": "wave", "settings": 3})
    with pytest.raises(AgentFileError, match="config of Handcrafted: .* not iterable"):
        load_agent(tmp_path)


def test_a_file_from_before_there_were_topologies_still_loads(saved):
    agent, folder = saved
    config = json.loads((folder / CONFIG).read_text())["config"]
    edit(folder, config={name: value for name, value in config.items() if name not in ("topology", "hears")})
    assert load_agent(folder).config == agent.config


def test_truncated_weights_are_refused_at_every_length(saved):
    _, folder = saved
    whole = (folder / WEIGHTS).read_bytes()
    for length in (0, 1, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        (folder / WEIGHTS).write_bytes(whole[:length])
        with pytest.raises(AgentFileError, match="no whole safetensors file"):
            load_agent(folder)


def test_weights_that_are_not_finite_are_refused_by_name(saved):
    agent, folder = saved
    for value in (float("nan"), float("inf")):
        tensors = {name: tensor.clone() for name, tensor in agent.state_dict().items()}
        tensors["expert.bias_hh"][3] = value
        put_weights(folder, tensors)
        with pytest.raises(AgentFileError, match="expert.bias_hh holds NaN or infinity"):
            load_agent(folder)


def test_weights_of_other_shape_type_or_name_are_refused(saved):
    agent, folder = saved
    tensors = dict(agent.state_dict())
    put_weights(folder, tensors | {"expert.bias_hh": torch.zeros(5)})
    with pytest.raises(AgentFileError, match=r"expert.bias_hh must be torch.float32 of shape \(24,\), got .*\(5,\)"):
        load_agent(folder)
    put_weights(folder, tensors | {"expert.bias_hh": torch.zeros(24, dtype=torch.float64)})
    with pytest.raises(AgentFileError, match=r"got torch.float64"):
        load_agent(folder)
    put_weights(folder, {name: tensor for name, tensor in tensors.items() if name != "expert.bias_hh"})
    with pytest.raises(AgentFileError, match=r"missing weights \['expert.bias_hh'\]"):
        load_agent(folder)
    put_weights(folder, tensors | {"extra": torch.zeros(1)})
    with pytest.raises(AgentFileError, match=r"unknown weights \['extra'\]"):
        load_agent(folder)


def test_weights_that_were_changed_after_saving_are_noticed(saved):
    agent, folder = saved
    changed = {name: tensor + 1e-3 for name, tensor in agent.state_dict().items()}
    save_file(changed, folder / WEIGHTS)
    with pytest.raises(AgentFileError, match="hash .* is not the one"):
        load_agent(folder)


def test_sizes_claimed_by_a_file_cost_nothing_before_the_weights_have_them(saved):
    _, folder = saved
    config = json.loads((folder / CONFIG).read_text())["config"]
    edit(folder, config=config | {"memory": 10**6})  # would be 12 TB
    with pytest.raises(AgentFileError, match="must be torch.float32 of shape"):
        load_agent(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "os.system"}, "kind must be one of"),
        ({"kind": 3}, "kind must be of type str"),
        ({"format": 2}, "format must be 1, got 2"),
        ({"format": True}, "format must be of type int"),
        ({"config": {"port_features": 3, "memory": -1}}, "memory must be an integer"),
        ({"config": {"port_features": 3, "shell": "x"}}, "must have fields out of"),
        ({"extra": 1}, "must be an object with the keys"),
    ],
)
def test_a_config_that_is_not_ours_is_refused(saved, changes, said):
    _, folder = saved
    edit(folder, **changes)
    with pytest.raises(AgentFileError, match=said):
        load_agent(folder)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"format": 1, "format": 1}', b"\xff\xfe\x00\xd8", b"[" * 100_000], ids=len
)
def test_a_config_that_is_no_json_object_is_refused(saved, content):
    _, folder = saved
    (folder / CONFIG).write_bytes(content)
    with pytest.raises(AgentFileError, match="agent.json: (no valid JSON|must be an object)"):
        load_agent(folder)


def test_a_missing_or_oversized_file_is_refused(saved, monkeypatch):
    _, folder = saved
    monkeypatch.setattr("agents.storage.LARGEST_BYTES", 1000)
    with pytest.raises(AgentFileError, match="are more than the 1000 allowed"):
        load_agent(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(AgentFileError, match="can't be read"):
        load_agent(folder)
    with pytest.raises(AgentFileError, match="can't be read"):
        load_agent(folder / "nowhere")
