"""What is done to trained agents to find out what they can bear."""
