"""The function behind ``Custom::ChimeAppInstanceUserExpiration``: one AppInstanceUser."""
