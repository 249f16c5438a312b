"""rl-zoo3 by its command line: `--gym-packages` names our package, and a file holds the settings of each id.

Trained, trained on from what was stored, and played. `rl_zoo3.enjoy` needs `requests`, which rl-zoo3 2.9.2 forgets to
ask for.
"""

import subprocess
import sys
from pathlib import Path

from stable_baselines3 import DQN, PPO

# page: begin
TRAIN = "-m rl_zoo3.train --algo {algo} --env {id} --gym-packages badger_envs --conf-file {algo}.yml -f logs"
ENJOY = "-m rl_zoo3.enjoy --algo {algo} --env {id} --gym-packages badger_envs -f logs --no-render -n 100"

SETTINGS = {
    "ppo": """
Badger/Guessing-v0: &settings
  policy: MlpPolicy
  n_timesteps: 600
  n_envs: 2
  n_steps: 100
  batch_size: 50
Badger/HiddenXOR-v0: *settings
""",
    "dqn": """
Badger/Guessing-v0: &settings
  policy: MlpPolicy
  n_timesteps: 600
  learning_starts: 100
Badger/HiddenXOR-v0: *settings
""",
}
# page: end


def command(line, algo, id, *more):
    line = line.format(algo=algo, id=id)
    command = [sys.executable, *line.split(), *more]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{line} {' '.join(more)}: {(done.stdout + done.stderr)[-1000:]}")


def run_of(model, *more):
    algo = model.__name__.lower()

    def run(id):
        Path(f"{algo}.yml").write_text(SETTINGS[algo], encoding="utf-8")
        names = [
            Path("logs", algo, f"{id.replace('/', '-')}_{number}", f"{id.replace('/', '-')}.zip") for number in (1, 2)
        ]

        def weights():
            return model.load([name for name in names if name.exists()][-1], device="cpu").policy.state_dict()

        command(TRAIN, algo, id, "--device", "cpu", *more)
        yield weights
        command(TRAIN, algo, id, "--device", "cpu", "--trained-agent", names[0], *more)
        command(ENJOY, algo, id, "--device", "cpu", *more)
        return 1200

    return run


RUNS = {
    "PPO": run_of(PPO),
    "DQN, `--env-kwargs bins:2 joint:True`": run_of(DQN, "--env-kwargs", "bins:2", "joint:True"),
}
