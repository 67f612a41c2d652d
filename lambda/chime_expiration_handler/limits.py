"""What the Chime SDK Identity API accepts, as its service model and its endpoint list state it."""

MIN_EXPIRATION_DAYS = 1
MAX_EXPIRATION_DAYS = 5475
EXPIRATION_CRITERIA = ("CREATED_TIMESTAMP",)
IDENTITY_REGIONS = ("eu-central-1", "us-east-1")
IDENTITY_PARTITION = "aws"
