"""A wave that runs along a chain of modules and makes it crawl. Axis letters as in `agents.rules.rule`.

Ports come in no order, so modules find out who is behind whom. In the first step each bends its hinge a little, each
by another amount. After it a module knows how fast its front half turns, and by its hinge also how its back half does,
which is fixed to the front half of the module behind: that is the one whose message says that it turns just so.
"""

import torch
from torch import Tensor

from agents.rules.rule import Own, Rule

ANGLE, SPEED, GRAVITY_ALONG, GRAVITY_UP, SPIN, AHEAD, OCCUPIED_BACK = 0, 1, 4, 6, 8, 11, 16
"""Places in what a port shows: the hinge's angle and speed; of the front half, in its own frame, where gravity points
(x and z) and how fast it turns about the hinge's axis; how far ahead the goal lies; and whether there is a module
behind. Speed and spin are in the same unit."""
ANGLE_SCALE = 1.4
"""In radians: the angle that a port shows as 1."""
NUDGES = (0.08, 0.2)
"""Range of the first commands: small enough for the motors not to reach their limit, and never 0."""
FIRST, LATER = 1.0, 2.0
"""Steps, counted up to here: in the first one an expert nudges, from the second one on it can tell who is who."""


class Wave(Rule):
    """Swing, a fixed phase after the module behind. The one with nobody behind swings by itself.

    Without messages all swing by themselves, all in the same phase, and the body goes nowhere.

    Settings, for goals behind and ahead: radians that the phase grows in a step, radians from a module to the next
    one, and the largest command. Memory: steps, the phase, the direction of the goal, and for each of the others
    whether it is the one behind.
    """

    message_size = 5

    def memory_size(self, experts: int) -> int:
        return 3 + experts - 1

    def observe(self, own: Own, memory: Tensor) -> Tensor:
        steps, phase, direction, behind = _parts(memory)
        steps = (steps + 1.0).clamp(max=LATER)  # (N, 1)
        ahead = torch.where(own.observation[:, AHEAD, None] > 0.0, 1.0, -1.0)  # (N, 1)
        # Seen at first, while the body lies flat; a module may stand on its head later.
        direction = torch.where(steps == FIRST, ahead, direction)  # (N, 1)
        phase = torch.where(steps == FIRST, phase, phase + self._of(direction, "turn"))  # (N, 1)
        return torch.cat([steps, phase, direction, behind], dim=1)  # (N, H)

    def send(self, own: Own, memory: Tensor) -> Tensor:
        _, phase, _, _ = _parts(memory)
        front = own.observation[:, [SPIN, GRAVITY_ALONG, GRAVITY_UP]]  # (N, 3)
        return torch.cat([front, phase.cos(), phase.sin()], dim=1)  # (N, M)

    def receive(self, own: Own, memory: Tensor, messages: Tensor) -> Tensor:
        steps, phase, direction, behind = _parts(memory)
        if not messages.shape[1]:
            return memory
        speaks = messages.abs().amax(dim=2) > 0.0  # (N, D)
        apart = (messages[:, :, :3] - _back_half(own.observation)[:, None]).square().sum(dim=2)  # (N, D)
        nearest = apart.masked_fill(~speaks, torch.inf).argmin(dim=1, keepdim=True)  # (N, 1)
        found = torch.zeros_like(behind).scatter(1, nearest, 1.0) * speaks  # (N, D)
        unknown = (own.observation[:, OCCUPIED_BACK, None] > 0.5) & (behind.sum(dim=1, keepdim=True) == 0.0)  # (N, 1)
        behind = torch.where((steps == LATER) & unknown, found, behind)  # (N, D)
        point = (behind[:, :, None] * messages[:, :, 3:]).sum(dim=1)  # (N, 2) of the one behind, 0 in silence
        cos, sin = point[:, :1], point[:, 1:]  # 2 x (N, 1)
        follows = (cos != 0.0) | (sin != 0.0)  # (N, 1)
        phase = torch.where(follows, torch.atan2(sin, cos) + self._of(direction, "after"), phase)  # (N, 1)
        return torch.cat([steps, phase, direction, behind], dim=1)  # (N, H)

    def act(self, own: Own, memory: Tensor) -> Tensor:
        steps, phase, direction, _ = _parts(memory)
        nudge = NUDGES[0] + (NUDGES[1] - NUDGES[0]) * own.number[:, None]  # (N, A)
        return torch.where(steps == FIRST, nudge, self._of(direction, "size") * phase.sin())  # (N, A)

    def _of(self, direction: Tensor, name: str) -> Tensor:
        """The setting of a name for each direction (N, 1), (N, 1)."""
        return torch.where(direction > 0.0, self.settings[f"forwards_{name}"], self.settings[f"backwards_{name}"])


def _back_half(observation: Tensor) -> Tensor:
    """Spin and gravity of a module's back half, in its own frame, (N, 3), from what the port shows (N, F)."""
    angle = observation[:, ANGLE] * ANGLE_SCALE  # (N,)
    x, z = observation[:, GRAVITY_ALONG], observation[:, GRAVITY_UP]  # 2 x (N,)
    along, up = angle.cos() * x + angle.sin() * z, angle.cos() * z - angle.sin() * x  # 2 x (N,)
    return torch.stack([observation[:, SPIN] - observation[:, SPEED], along, up], dim=1)  # (N, 3)


def _parts(memory: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(N, H) -> 3 x (N, 1), (N, D)."""
    steps, phase, direction, behind = torch.split(memory, [1, 1, 1, memory.shape[1] - 3], dim=1)
    return steps, phase, direction, behind
