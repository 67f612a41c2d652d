"""What Chime SDK Identity and Lambda accept: their service models, and AWS's list of endpoints."""

MIN_EXPIRATION_DAYS = 1
MAX_EXPIRATION_DAYS = 5475
EXPIRATION_CRITERIA = ("CREATED_TIMESTAMP",)
IDENTITY_REGIONS = ("eu-central-1", "us-east-1")
IDENTITY_PARTITION = "aws"
MAX_USER_ID_LENGTH = 64

EVENT_WORKERS = 2
"""How many invocations set new users at the same time: the least that Lambda allows."""
