"""The Lambda handler of a policy: for CloudFormation, for the state machine, and for new users."""

import json
import logging
import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from chime_expiration_handler.contract import sweep_event
from chime_expiration_handler.contract.arn import AppInstanceArn
from chime_expiration_handler.contract.environment import POLICY_TABLE
from chime_expiration_handler.contract.limits import EVENT_WORKERS
from chime_expiration_handler.contract.policy_properties import PolicyProperties
from chime_expiration_handler.service.app_instance import AppInstanceService
from chime_expiration_handler.service.custom_resource import (
    custom_resource,
    is_of_own_account_and_region,
    remaining_seconds,
)
from chime_expiration_handler.service.event_log import log_event
from chime_expiration_handler.service.identity_client import identity_client
from chime_expiration_handler.service.identity_service import IdentityService
from chime_expiration_handler.service.retry_budget import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RetryBudget,
)
from chime_expiration_handler.sweep.lifecycle import PolicyLifecycle
from chime_expiration_handler.sweep.metrics import metric_record, sweeps_finished_record
from chime_expiration_handler.sweep.new_users import NewUsers
from chime_expiration_handler.sweep.outcome import Counts
from chime_expiration_handler.sweep.paces import Paces
from chime_expiration_handler.sweep.permit import Permit
from chime_expiration_handler.sweep.run_all import run_all
from chime_expiration_handler.sweep.table import PolicyTable, dynamodb_client
from chime_expiration_handler.sweep.treatment import Treatment
from chime_expiration_handler.sweep.worker import Worker, failed

_logger = logging.getLogger("chime_expiration")

helper = custom_resource()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any] | None:
    """The function's entry point."""
    if "RequestType" in event:
        if is_of_own_account_and_region(event, context):
            helper.is_handed_over = False
            helper(event, context)
        else:
            _logger.error("refused an event of stack %s", event["StackId"])
        return None
    if "Records" in event:
        return _handle_new_users(event, context)
    return _sweep(event, context)


@helper.create
@helper.update
@helper.delete
def _handle(event: dict[str, Any], context: Any) -> str:
    if event["RequestType"] != "Delete":
        # The sweep of this deployment can take hours, and no sweep may have finished before.
        _write_sweeps_finished(0)
    started = time.monotonic()
    lifecycle = PolicyLifecycle(
        table_of=_table,
        start_sweep=_start_sweep,
        invoke_again=lambda event: _invoke_again(event, context),
        remaining_seconds=lambda: remaining_seconds(context),
    )
    outcome, failed = "failed", True
    try:
        done = lifecycle.handle(event, helper)
        outcome, failed = done or "another invocation goes on", False
        helper.is_handed_over = done is None
    except Exception as error:
        outcome = f"failed: {error}"
        raise
    finally:
        seconds = time.monotonic() - started
        log_event(event, str(helper.PhysicalResourceId), outcome, seconds, failed=failed)
    return str(helper.PhysicalResourceId)


def _handle_new_users(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    counts = Counts({})
    response = NewUsers(
        _table,
        lambda properties: _app_instance(properties, context),
        lambda properties, permit: _treatment(
            _table(properties.app_instance), properties, permit, share=1 / EVENT_WORKERS
        ),
        counts,
    ).handle(event["Records"])
    _write_metrics(counts.as_dict())
    return response


def _sweep(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    try:
        table = _table(AppInstanceArn.parse(str(event[sweep_event.APP_INSTANCE])))
    except ValueError as problem:
        # Somebody has started the execution by hand: the state machine would retry it for days.
        return failed(str(problem))
    cursor = event.get(sweep_event.CURSOR)
    result = Worker(
        table,
        owner=context.aws_request_id,
        sweep=event.get(sweep_event.SWEEP) or context.aws_request_id,
        app_instance=lambda properties: _app_instance(properties, context),
        treatment=lambda properties, permit: _treatment(table, properties, permit),
        run_all=run_all,
        remaining_seconds=lambda: remaining_seconds(context),
        write_metrics=_write_metrics,
    ).run(cursor)
    _logger.info({"sweep": event.get(sweep_event.SWEEP), **result})
    if result.get(sweep_event.OUTCOME) == sweep_event.FINISHED:
        _write_sweeps_finished(1)
    return result


def _table(app_instance: AppInstanceArn) -> PolicyTable:
    return PolicyTable(dynamodb_client(), os.environ[POLICY_TABLE], str(app_instance))


def _app_instance(properties: PolicyProperties, context: Any) -> AppInstanceService:
    return AppInstanceService(
        identity_client(properties.app_instance.region),
        properties.app_instance,
        lambda: RetryBudget(lambda: remaining_seconds(context)),
        _paces(properties.calls_per_second).list,
    )


def _treatment(
    table: PolicyTable, properties: PolicyProperties, permit: Permit, share: float = 1.0
) -> Treatment:
    # Each attempt is a step of its own: a user is looked at again before each retry.
    no_retries = RetryBudget(lambda: 0.0)
    return Treatment(
        table,
        IdentityService(identity_client(properties.app_instance.region), no_retries),
        _paces(properties.calls_per_second * share),
        permit,
        properties.rule,
    )


def _start_sweep(state_machine_arn: str, execution_input: str) -> None:
    _client("stepfunctions").start_execution(
        stateMachineArn=state_machine_arn, input=execution_input
    )


def _invoke_again(event: Mapping[str, Any], context: Any) -> None:
    _client("lambda").invoke(
        FunctionName=context.invoked_function_arn,
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )


# An invocation goes on with the rate at which the one before it ended, and the messages of a batch
# have one rate.
_paces = cache(Paces.of)


@cache
def _client(service: str) -> Any:
    # RetryBudget retries. With boto3's default, one call could take longer than the function may.
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client(service, config=config)


def _write_metrics(counts: Mapping[str, int]) -> None:
    # CloudWatch reads metrics from a line of its own in the log.
    print(metric_record(os.environ[POLICY_TABLE], counts), flush=True)


def _write_sweeps_finished(count: int) -> None:
    print(sweeps_finished_record(os.environ[POLICY_TABLE], count), flush=True)
