"""Messages: what each expert receives from the others, or from its neighbours in a topology."""

import math

import torch
from torch import Tensor, nn

from agents.parts.topology import mean_heard


class Messages(nn.Module):
    """Turns memories into the messages that each expert receives.

    Args:
        hidden_size: entries of an expert's memory (H).
        size: message entries (M).
    """

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, memory: Tensor, adjacency: Tensor | None = None) -> Tensor:
        """What experts receive.

        Args:
            memory: (B, E, H).
            adjacency: bool (B, E, E), which expert hears which; None where each hears all others.

        Returns:
            (B, E, M); 0 for an expert without neighbours. A forward hook that replaces it by zeros brings silence.
        """
        raise NotImplementedError


class NoMessages(Messages):
    """No messages: parameters are shared, and nothing else."""

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__(hidden_size, 0)

    def forward(self, memory: Tensor, adjacency: Tensor | None = None) -> Tensor:
        return memory[:, :, :0]  # (B, E, 0)


class MeanMessages(Messages):
    """The mean of the others' messages."""

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__(hidden_size, size)
        self.speak = nn.Linear(hidden_size, size)

    def messages(self, memory: Tensor) -> Tensor:
        """(B, E, H) -> (B, E, M)."""
        messages: Tensor = self.speak(memory)  # (B, E, M)
        return messages

    def forward(self, memory: Tensor, adjacency: Tensor | None = None) -> Tensor:
        return mean_heard(self.messages(memory), adjacency)  # (B, E, M)


class GatedMessages(MeanMessages):
    """Each expert decides whether to send, by a differentiable gate between 0 and 1 (IC3Net, Singh et al. 2019)."""

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__(hidden_size, size)
        self.gate = nn.Linear(hidden_size, 1)

    def messages(self, memory: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(memory)) * super().messages(memory)  # (B, E, M)


class AttentionMessages(Messages):
    """Each expert chooses which others to attend to (Vaswani et al. 2017; among agents: TarMAC, Das et al. 2019).

    Keys and queries have as many entries as messages. An expert does not hear itself, unless it is alone.
    """

    def __init__(self, hidden_size: int, size: int) -> None:
        super().__init__(hidden_size, size)
        self.project = nn.Linear(hidden_size, 3 * size)

    def forward(self, memory: Tensor, adjacency: Tensor | None = None) -> Tensor:
        query, key, value = self.project(memory).chunk(3, dim=-1)  # 3 x (B, E, M)
        affinity = query @ key.transpose(1, 2) / math.sqrt(self.size)  # (B, E, E)
        experts = memory.shape[1]
        if adjacency is not None:
            # With -inf an expert without neighbours would divide by 0: all get a share first, and then lose it.
            affinity = affinity.masked_fill(~adjacency, torch.finfo(affinity.dtype).min)
            masked: Tensor = (affinity.softmax(dim=-1) * adjacency) @ value  # (B, E, M)
            return masked
        if experts > 1:
            oneself = torch.eye(experts, dtype=torch.bool, device=memory.device)  # (E, E)
            affinity = affinity.masked_fill(oneself, -torch.inf)
        received: Tensor = affinity.softmax(dim=-1) @ value  # (B, E, M)
        return received
