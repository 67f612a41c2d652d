"""What a policy has done: its table, its sweeps and the events that it could not handle."""
