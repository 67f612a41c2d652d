"""Reads the expirations of users from Chime SDK Identity."""
