"""The declaration of one AppInstanceUser, and its provider."""
