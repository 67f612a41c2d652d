"""How the users in the table of a policy are read."""

from typing import Any

from chime_expiration_handler.contract.ledger import KEY


def users_request(
    table_name: str, app_instance_arn: str, page_size: int, *attributes: str
) -> dict[str, Any]:
    """The parameters of a Scan for the items of users, or only for these attributes of them.

    The key of an item is the ARN of its user; the item of the policy has another one.
    """
    # All names are written with a #: some are reserved words of DynamoDB.
    names = {f"#{name}": name for name in attributes}
    projection = {"ProjectionExpression": ", ".join(names)} if names else {}
    return {
        "TableName": table_name,
        **projection,
        "FilterExpression": "begins_with(#key, :users)",
        "ExpressionAttributeNames": {"#key": KEY, **names},
        "ExpressionAttributeValues": {":users": {"S": f"{app_instance_arn}/user/"}},
        "Limit": page_size,
    }
