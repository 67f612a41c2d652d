"""The function behind a policy: sweeps over all users, new users, and the custom resource."""
