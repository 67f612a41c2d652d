"""What the program and the commands that it starts call themselves.

``cdk`` also calls cloudtrail:LookupEvents, logs:FilterLogEvents and
cloudformation:DescribeStackResources to explain a failed deployment. It goes on without them.
"""

from proof.permissions.permission import Need

_LIST = "list what has the name of the run"
_COMPARE = "compare the policy with its table, its queue and its sweeps"

NEEDS = (
    # These cannot be limited to the resources of a run.
    Need(_LIST, "chime: ListAppInstances"),
    Need(_LIST, "cloudformation: DescribeStacks"),
    Need(_LIST, "cloudwatch: DescribeAlarms"),
    Need(_LIST, "dynamodb: ListTables"),
    Need(_LIST, "events: ListRules"),
    Need(_LIST, "iam: ListRoles"),
    Need(_LIST, "lambda: ListFunctions"),
    Need(_LIST, "logs: DescribeLogGroups"),
    Need(_LIST, "s3: ListAllMyBuckets"),
    Need(_LIST, "sns: ListTopics"),
    Need(_LIST, "sqs: ListQueues"),
    Need(_LIST, "states: ListStateMachines"),
    Need(
        "create, deploy, read and delete the stacks",
        "cloudformation: CreateChangeSet CreateStack DeleteChangeSet DeleteStack DescribeChangeSet "
        "DescribeStackEvents ExecuteChangeSet GetTemplate ListStackResources UpdateStack",
        "stack/NAME-*/*",
    ),
    Need(
        "upload the code and the templates",
        "s3: GetBucketLocation GetEncryptionConfiguration ListBucket",
        "NAME-assets",
    ),
    Need(
        "upload, read and delete the code and the templates",
        "s3: DeleteObject GetObject PutObject",
        "NAME-assets/*",
    ),
    Need("create users", "chime: CreateAppInstanceUser"),
    Need("list the users", "chime: ListAppInstanceUsers", "app-instance/*"),
    Need(
        "list, read, set and delete the users",
        "chime: DeleteAppInstanceUser DescribeAppInstanceUser ListAppInstanceUsers "
        "PutAppInstanceUserExpirationSettings",
        "app-instance/*/user/*",
    ),
    Need("ask what Chime SDK answers to a denied call", "sts: AssumeRole", "role/NAME-nothing"),
    Need("receive the events", "sqs: ReceiveMessage", "NAME-events"),
    Need(_COMPARE, "dynamodb: GetItem", "table/NAME-*"),
    Need(_COMPARE, "sqs: GetQueueAttributes", "NAME-*"),
    Need(_COMPARE, "states: ListExecutions", "stateMachine:NAME-*"),
    # Lambda and a local CloudFormation put something in front of the names of some.
    Need("delete the log groups", "logs: DeleteLogGroup", "log-group:*NAME-*"),
)
