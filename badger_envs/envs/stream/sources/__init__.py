"""Where the examples of Stream come from: exchangeable parts, by name."""

from badger_envs.envs.stream.sources.blobs import Blobs
from badger_envs.envs.stream.sources.characters import Characters
from badger_envs.envs.stream.sources.digits import HandwrittenDigits
from badger_envs.envs.stream.sources.source import Source

SOURCES: dict[str, Source] = {"blobs": Blobs(), "digits": HandwrittenDigits(), "characters": Characters()}
