import hashlib
import json

import pytest
import torch
from safetensors.torch import save_file

from agents import AgentFileError, Badger, BadgerConfig, build_agent, load_agent, save_agent
from agents.config import NEW_IN_FORMAT_2
from agents.fingerprint import with_own_hash
from agents.storage import CONFIG, WEIGHTS


@pytest.fixture
def saved(tmp_path):
    agent = Badger(BadgerConfig(3, hidden_size=8, messages="attention"))
    save_agent(agent, tmp_path)
    return agent, tmp_path


def edit(folder, **changes):
    """Another config, with a hash that fits it, so that only what it says can be wrong."""
    metadata = json.loads((folder / CONFIG).read_text()) | changes
    del metadata["sha256"]
    (folder / CONFIG).write_text(json.dumps(with_own_hash(metadata)))


def put_weights(folder, tensors):
    """Weights with a hash that fits them, so that only what is in them can be wrong."""
    save_file(tensors, folder / WEIGHTS)
    edit(folder, weights_sha256=hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest())


def test_save_agent_refuses_what_nobody_could_load(tmp_path):
    class Mine(Badger):
        pass

    for agent in (Mine(BadgerConfig(3)), "agent", None):
        with pytest.raises(ValueError, match="agent must be one of Badger, .*, got"):
            save_agent(agent, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Badger", {}),
        ("Badger", {"topology": "ring"}),
        ("CommNet", {"rounds": 1}),
        ("Handcrafted", {"rule": "wave", "rounds": 2, "settings": (0.8, 0.9, 1.0, 0.8, -0.9, 1)}),
    ],
)
def test_loaded_agent_equals_saved_agent(tmp_path, kind, config):
    agent = build_agent(kind, {"port_features": 17, **config})
    save_agent(agent, tmp_path / "new" / "folder")
    loaded = load_agent(tmp_path / "new" / "folder")
    assert type(loaded) is type(agent)
    assert loaded.config == agent.config
    assert loaded.device.type == "cpu"
    seen = torch.randn(2, 3, 17)
    one, other = (each(seen, each.initial_state(2, 3))[0] for each in (agent, loaded))
    assert torch.equal(one, other)
    assert other.requires_grad == (kind != "Handcrafted")
    if other.requires_grad:
        other.sum().backward()  # it can be trained on
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [CONFIG, WEIGHTS]


def test_load_reads_format_1_by_its_own_names_and_no_others(saved):
    agent, folder = saved
    config = json.loads((folder / CONFIG).read_text())["config"]
    old_names = {"hidden_size": "memory", "message_size": "message", "key_size": "key", "in_degree": "hears"}
    old = {old_names.get(name, name): value for name, value in config.items() if name not in NEW_IN_FORMAT_2}
    edit(folder, format=1, config=old)
    assert load_agent(folder).config == agent.config
    edit(folder, config={name: value for name, value in old.items() if name not in ("topology", "hears")})
    assert load_agent(folder).config == agent.config  # saved before there were topologies
    for format, fields, unknown in (
        (1, config, "hidden_size"),
        (2, old, "hears"),
        *((1, old | {name: config[name]}, name) for name in NEW_IN_FORMAT_2),
    ):
        edit(folder, format=format, config=fields)
        with pytest.raises(AgentFileError, match=f"must have fields out of .*, got .*{unknown}"):
            load_agent(folder)


def test_load_refuses_truncated_weights(saved):
    _, folder = saved
    whole = (folder / WEIGHTS).read_bytes()
    for length in (0, 1, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        (folder / WEIGHTS).write_bytes(whole[:length])
        with pytest.raises(AgentFileError, match="no whole safetensors file"):
            load_agent(folder)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("expert.bias_hh", [0.0, float("nan")] * 12, "expert.bias_hh holds NaN or infinity"),
        ("expert.bias_hh", [0.0, float("inf")] * 12, "expert.bias_hh holds NaN or infinity"),
        ("expert.bias_hh", [0.0] * 5, r"expert.bias_hh must be torch.float32 of shape \(24,\), got .*\(5,\)"),
        ("expert.bias_hh", torch.zeros(24, dtype=torch.float64), "got torch.float64"),
        ("expert.bias_hh", None, r"missing weights \['expert.bias_hh'\]"),
        ("extra", [0.0], r"unknown weights \['extra'\]"),
    ],
)
def test_load_refuses_weights_of_other_shape_type_or_name_or_not_finite(saved, name, values, message):
    agent, folder = saved
    tensors = {**agent.state_dict(), name: None if values is None else torch.as_tensor(values)}
    put_weights(folder, {name: tensor for name, tensor in tensors.items() if tensor is not None})
    with pytest.raises(AgentFileError, match=message):
        load_agent(folder)


def test_load_refuses_weights_changed_after_saving(saved):
    agent, folder = saved
    changed = {name: tensor + 1e-3 for name, tensor in agent.state_dict().items()}
    save_file(changed, folder / WEIGHTS)
    with pytest.raises(AgentFileError, match="hash .* is not the one"):
        load_agent(folder)


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_load_notices_every_byte_that_changed(saved, name):
    agent, folder = saved
    whole = (folder / name).read_bytes()
    text = (folder / name).read_text() if name == CONFIG else ""
    for place in range(0, len(whole), 1 if name == CONFIG else 97):
        if text[place : place + 1].isspace():  # which may be another one
            continue
        (folder / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 7]) + whole[place + 1 :])
        with pytest.raises(AgentFileError):
            load_agent(folder)
    (folder / name).write_bytes(whole)
    assert load_agent(folder).config == agent.config


def test_load_takes_a_config_that_was_saved_before_it_had_a_hash_and_in_any_layout(saved):
    agent, folder = saved
    metadata = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(dict(reversed(metadata.items()))))
    assert load_agent(folder).config == agent.config
    (folder / CONFIG).write_text(json.dumps({key: value for key, value in metadata.items() if key != "sha256"}))
    assert load_agent(folder).config == agent.config


def test_load_allocates_nothing_for_sizes_that_the_weights_do_not_have(saved):
    _, folder = saved
    config = json.loads((folder / CONFIG).read_text())["config"]
    edit(folder, config=config | {"hidden_size": 10**6})  # would be 12 TB
    with pytest.raises(AgentFileError, match="must be torch.float32 of shape"):
        load_agent(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "os.system"}, "kind must be one of"),
        ({"kind": 3}, "kind must be of type str"),
        ({"format": 3}, "format must be 1 or 2, got 3"),
        ({"format": True}, "format must be of type int"),
        ({"config": {"port_features": 3, "hidden_size": -1}}, "hidden_size must be an integer"),
        ({"config": {"port_features": 3, "shell": "x"}}, "must have fields out of"),
        ({"kind": "Handcrafted", "config": {"port_features": 17, "rule": "wave", "settings": 3}}, "settings must be"),
        ({"extra": 1}, "must be an object with the keys"),
    ],
)
def test_load_refuses_bad_configs(saved, changes, message):
    _, folder = saved
    edit(folder, **changes)
    with pytest.raises(AgentFileError, match=message):
        load_agent(folder)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"format": 1, "format": 1}', b"\xff\xfe\x00\xd8", b"[" * 100_000], ids=len
)
def test_load_refuses_what_is_no_json_object(saved, content):
    _, folder = saved
    (folder / CONFIG).write_bytes(content)
    with pytest.raises(AgentFileError, match="agent.json: (no valid JSON|must be an object)"):
        load_agent(folder)


def test_load_refuses_missing_and_oversized_files(saved, monkeypatch):
    _, folder = saved
    monkeypatch.setattr("agents.storage.LARGEST_BYTES", 1000)
    with pytest.raises(AgentFileError, match="are more than the 1000 allowed"):
        load_agent(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(AgentFileError, match="can't be read"):
        load_agent(folder)
    with pytest.raises(AgentFileError, match="can't be read"):
        load_agent(folder / "nowhere")
