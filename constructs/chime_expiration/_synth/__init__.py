"""What is checked and derived when an app is synthesized."""
