"""Settings for all tests."""

import torch

# Several test processes with several threads each get into each other's way: 280 s instead of 35 were seen here.
torch.set_num_threads(1)
