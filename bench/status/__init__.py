"""The command ``status`` at scale: users of declarations, and a policy with a ledger."""
