"""The status command: what the deployed stacks declare against what the service holds."""
