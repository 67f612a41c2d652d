"""The expiration policy for all users of an AppInstance."""
