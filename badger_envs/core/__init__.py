"""What every environment is made of: the task interface, named episodes, checks, messages, drawing on a canvas."""
