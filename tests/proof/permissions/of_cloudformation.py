"""What CloudFormation calls with the caller's credentials, for each type in the two stacks.

The types and their permissions are those of CloudFormation's registry: a test compares them.
"""

from proof.permissions.permission import Need

NEEDS = (
    Need("create the AppInstance", "chime: CreateAppInstance"),
    Need(
        "read, tag and delete the AppInstance",
        "chime: DeleteAppInstance DescribeAppInstance ListTagsForResource TagResource "
        "UntagResource UpdateAppInstance",
        "app-instance/*",
    ),
    Need(
        "create, change and delete the bucket",
        "s3: CreateBucket DeleteBucket GetBucketPublicAccessBlock ListBucket "
        "PutBucketPublicAccessBlock PutBucketTagging TagResource UntagResource",
        "NAME-assets",
    ),
    Need(
        "create, change and delete the queues",
        "sqs: CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags "
        "SetQueueAttributes TagQueue UntagQueue",
        "NAME-*",
    ),
    Need(
        "create, change and delete the EventBridge rules",
        "events: DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule PutTargets "
        "RemoveTargets TagResource UntagResource",
        "rule/NAME-*",
    ),
    Need(
        "create, change and delete the roles",
        "iam: CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy "
        "ListAttachedRolePolicies ListRolePolicies PutRolePolicy TagRole UntagRole "
        "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
        "role/NAME-*",
    ),
    Need(
        "give their roles to the functions, the state machine and the schedule",
        "iam: PassRole",
        "role/NAME-*",
    ),
    Need(
        "create, change and delete the functions",
        "lambda: CreateFunction DeleteFunction DeleteFunctionEventInvokeConfig GetFunction "
        "GetFunctionCodeSigningConfig GetFunctionEventInvokeConfig GetFunctionRecursionConfig "
        "GetFunctionScalingConfig GetRuntimeManagementConfig ListTags "
        "PutFunctionEventInvokeConfig TagResource UntagResource UpdateFunctionCode "
        "UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig",
        "function:NAME-*",
    ),
    Need("call the functions for custom resources", "lambda: InvokeFunction", "function:NAME-*"),
    Need("let a queue call its function", "lambda: CreateEventSourceMapping"),
    Need(
        "let a queue call its function",
        "lambda: DeleteEventSourceMapping GetEventSourceMapping ListTags TagResource "
        "UntagResource UpdateEventSourceMapping",
        "event-source-mapping:*",
    ),
    Need(
        "create, change and delete the log groups",
        "logs: CreateLogGroup DeleteLogGroup DeleteRetentionPolicy "
        "GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource",
        "log-group:*NAME-*",
    ),
    Need(
        "read the log groups",
        "logs: DescribeIndexPolicies DescribeLogGroups DescribeResourcePolicies",
    ),
    Need(
        "create, change and delete the table",
        "dynamodb: CreateTable DeleteTable DescribeContinuousBackups DescribeContributorInsights "
        "DescribeKinesisStreamingDestination DescribeTable DescribeTimeToLive GetResourcePolicy "
        "ListTagsOfResource TagResource UntagResource UpdateContinuousBackups UpdateTable "
        "UpdateTimeToLive",
        "table/NAME-*",
    ),
    Need(
        "create, change and delete the state machine",
        "states: CreateStateMachine DeleteStateMachine DescribeStateMachine ListTagsForResource "
        "TagResource UntagResource UpdateStateMachine",
        "stateMachine:NAME-*",
    ),
)
