"""What ``python -m localaws`` prints: how to use the local AWS from another terminal."""

import shlex
from pathlib import Path


def instructions(env_file: Path, chat: str, *, admin: str, old_user: str, age_in_days: int) -> str:
    """The lines to run in another terminal. ``env_file`` exports the variables.

    ``admin`` and ``old_user`` are users of the AppInstance ``chat``.
    """
    return f"""\
A local AWS is running. In another terminal, in this folder:

. {shlex.quote(str(env_file.resolve()))}
. .venv/bin/activate
CHAT={chat}

# Deploy what cdk.json declares, as to a real account:
npx cdk bootstrap && npx cdk deploy

# Deploy other declarations:
npx cdk deploy -c "expirations=$CHAT/user/guest-42=90 days"

# Ask the service, with the AWS CLI or with boto3:
aws chime-sdk-identity describe-app-instance-user --app-instance-user-arn $CHAT/user/guest-42
python -c 'import boto3; print(boto3.client("chime-sdk-identity").describe_app_instance_user(
    AppInstanceUserArn="'$CHAT'/user/guest-42")["AppInstanceUser"])'

# Deploy a policy for all users of the AppInstance, beside what cdk.json declares. The admin
# {admin} gets nothing. {old_user} is {age_in_days} days old, so it gets the notice:
npx cdk deploy -c 'policies={{"'$CHAT'": {{"expireAfter": "30 days", "notice": "14 days"}}}}'

# Create a user, with the AWS CLI or with boto3. The policy sets it within seconds:
aws chime-sdk-identity create-app-instance-user --app-instance-arn $CHAT \\
    --app-instance-user-id guest-45 --name guest-45
python -c 'import boto3; boto3.client("chime-sdk-identity").create_app_instance_user(
    AppInstanceArn="'$CHAT'", AppInstanceUserId="guest-46", Name="guest-46")'

# Show the expirations of all users:
python -c 'import boto3; chime = boto3.client("chime-sdk-identity")
for user in chime.list_app_instance_users(AppInstanceArn="'$CHAT'")["AppInstanceUsers"]:
    arn = user["AppInstanceUserArn"]
    user = chime.describe_app_instance_user(AppInstanceUserArn=arn)["AppInstanceUser"]
    print(user["Name"], user["CreatedTimestamp"].date(), user.get("ExpirationSettings"))'

# Compare declared with actual:
PYTHONPATH=cli:constructs:lambda python -m chime_expiration status

# Let time pass, and delete the users that have expired:
python -m localaws advance 16 days

# Remove the policy, which clears the expirations that it has set:
npx cdk deploy

Ctrl-C stops the local AWS."""
