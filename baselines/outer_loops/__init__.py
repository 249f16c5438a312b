"""Outer loops: what finds a policy. Back-propagation through the task, PPO, evolution; one interface, one budget."""
