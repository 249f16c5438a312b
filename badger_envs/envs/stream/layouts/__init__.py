"""How a lifetime of Stream is dealt out to ports: exchangeable parts, by name."""

from badger_envs.envs.stream.layouts.layout import Layout
from badger_envs.envs.stream.layouts.shards import Shards
from badger_envs.envs.stream.layouts.split import Split

LAYOUTS: dict[str, Layout] = {"shards": Shards(), "split": Split()}
