"""The Lambda function behind ``Custom::ChimeAppInstanceUserExpiration``."""
