"""The command ``plan``: predicts what a deployment does to the expirations of users."""
