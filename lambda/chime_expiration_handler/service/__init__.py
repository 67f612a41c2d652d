"""Amazon Chime SDK Identity: its calls, failures, retries, messages and log."""
