"""Lets the local CloudFormation know express mode, as far as it matters to custom resources.

MiniStack ignores the mode. With express mode, CloudFormation does not roll back unless it is told
to, and DescribeStacks reports the mode of the last deployment. Whether it then refuses to replace a
resource whose response names another physical id is not documented: a setting of
``localaws.chime.answers`` decides.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

Parameters = Any
Answer = Any
Handler = Callable[[Parameters], Answer]

# CloudFormation's words for a replacement that it finds in the template.
_REFUSAL = "Replacement type updates not supported on stack with disable-rollback."
_MODE = "_localaws_deployment_mode"
_ROLLS_BACK = "_localaws_rolls_back"
_CHANGE_SETS = "_localaws_change_sets"


def know_express_mode(
    handlers: MutableMapping[str, Handler],
    stack_of: Callable[[Parameters], Any],
    value: Callable[[Parameters, str], str],
) -> None:
    """Wrap the ``handlers`` of MiniStack's actions.

    ``stack_of`` returns the stack that parameters name, or None. ``value`` returns a parameter, or
    an empty text.
    """
    create, execute = handlers["CreateChangeSet"], handlers["ExecuteChangeSet"]
    describe = handlers["DescribeStacks"]

    def create_change_set(parameters: Parameters) -> Answer:
        answer = create(parameters)
        stack = stack_of(parameters)
        if stack is not None:
            name = value(parameters, "ChangeSetName")
            stack.setdefault(_CHANGE_SETS, {})[name] = _mode_in(parameters, value)
        return answer

    def execute_change_set(parameters: Parameters) -> Answer:
        stack = stack_of(parameters)
        if stack is None:
            return execute(parameters)
        # A name, or an ARN with the name before its last part.
        name = value(parameters, "ChangeSetName")
        name = name.split("/")[1] if "/" in name else name
        mode, rolls_back = stack.get(_CHANGE_SETS, {}).get(name, ("STANDARD", True))
        return execute(_begin(stack, mode, parameters, rolls_back=rolls_back))

    def directly(handler: Handler) -> Handler:
        def deploy(parameters: Parameters) -> Answer:
            mode, rolls_back = _mode_in(parameters, value)
            stack = stack_of(parameters) or {}
            if stack.get("StackStatus") == "UPDATE_FAILED" and not rolls_back:
                # MiniStack wants a rollback first. CloudFormation goes on from what there is.
                stack["StackStatus"] = "UPDATE_COMPLETE"
            answer = handler(_begin(stack, mode, parameters, rolls_back=rolls_back))
            # A stack that did not exist before.
            _begin(stack_of(parameters) or {}, mode, parameters, rolls_back=rolls_back)
            return answer

        return deploy

    def describe_stacks(parameters: Parameters) -> Answer:
        status, headers, body = describe(parameters)
        named = [stack_of(parameters)] if value(parameters, "StackName") else []
        for stack in named:
            if stack is not None and stack.get(_MODE) == "EXPRESS":
                identifier = f"<StackId>{stack['StackId']}</StackId>".encode()
                mode = b"<DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig>"
                body = body.replace(identifier, identifier + mode)
        return status, headers, body

    handlers["CreateChangeSet"] = create_change_set
    handlers["ExecuteChangeSet"] = execute_change_set
    handlers["DescribeStacks"] = describe_stacks
    for action in ("CreateStack", "UpdateStack"):
        handlers[action] = directly(handlers[action])


def refusing_replacements(
    invoke: Callable[..., tuple[str, Any]], stack_by_id: Callable[[str], Any]
) -> Callable[..., tuple[str, Any]]:
    """Wrap MiniStack's call of a custom resource: in express mode, a replacement fails.

    The function has handled the event then, as on AWS, where only its response tells.
    """

    def call(
        request_type: str,
        logical_id: str,
        properties: Any,
        stack_name: str,
        stack_id: str,
        *arguments: Any,
        **named: Any,
    ) -> tuple[str, Any]:
        answer = invoke(
            request_type, logical_id, properties, stack_name, stack_id, *arguments, **named
        )
        stack = stack_by_id(stack_id) or {}
        is_express = stack.get(_MODE) == "EXPRESS" and not stack.get(_ROLLS_BACK)
        # A deletion has no response.
        if request_type == "Update" and is_express and answer[0] != named["physical_id"]:
            raise RuntimeError(_REFUSAL)
        return answer

    return call


def _mode_in(parameters: Parameters, value: Callable[[Parameters, str], str]) -> tuple[str, bool]:
    mode = value(parameters, "DeploymentConfig.Mode") or "STANDARD"
    usual = "true" if mode == "EXPRESS" else "false"
    disabled = value(parameters, "DeploymentConfig.DisableRollback") or usual
    return mode, disabled.lower() == "false"


def _begin(stack: Any, mode: str, parameters: Parameters, *, rolls_back: bool) -> Parameters:
    stack[_MODE], stack[_ROLLS_BACK] = mode, rolls_back
    if mode == "EXPRESS" and not rolls_back:
        return {**parameters, "DisableRollback": ["true"]}
    return parameters
