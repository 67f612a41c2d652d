"""The report as JSON. docs/plan.md documents each member."""

from typing import Any

from chime_expiration_cli.json_values import denied_calls, iso, iso_or_none
from chime_expiration_cli.plan.action import Action
from chime_expiration_cli.plan.estimate import CONFIDENCE, Estimate
from chime_expiration_cli.plan.policy_plan import PolicyPlan
from chime_expiration_cli.plan.policy_population import PolicyUser
from chime_expiration_cli.plan.report import SOON_DAYS, Report, StackPlan
from chime_expiration_cli.plan.texts import sorted_users
from chime_expiration_cli.plan.user_plan import UserPlan

VERSION = 1
"""Raised when a member is removed or changes its meaning, not when one is added."""


def json_document(report: Report) -> dict[str, Any]:
    """The document; members and their order are stable within a version."""
    fail_within = report.fail_within_days
    return {
        "version": VERSION,
        "planned_at": iso(report.planned_at),
        "exit_status": int(report.exit_status),
        "source": report.source,
        "confidence": CONFIDENCE,
        "summary": {
            "declared_users": {action.name: report.actions[action] for action in Action},
            "deleted_within_7_days": report.deletions(SOON_DAYS),
            "fail_on_deletion_within_days": fail_within,
            "deletes_too_soon": report.deletes_too_soon,
            "most_users_set": report.most_users_set if report.is_judged else None,
            "fail_on_users_set": report.fail_on_users_set,
            "sets_too_many_users": report.sets_too_many,
        },
        "stacks": [_stack(each, report) for each in report.stacks],
        "denied_calls": denied_calls(report.denied_calls),
    }


def _stack(stack: StackPlan, report: Report) -> dict[str, Any]:
    return {
        "name": stack.name,
        "region": stack.region,
        "status": stack.status,
        "change": None if stack.name is None or stack.obstacle else stack.change.name,
        "not_judged": stack.obstacle or None,
        "would_fail": report.would_fail(stack),
        "users": [_user(each) for each in sorted_users(stack.users)],
        "policies": [_policy(each, report) for each in stack.policies],
    }


def _user(user: UserPlan) -> dict[str, Any]:
    return {
        "logical_id": user.logical_id,
        "user_arn": str(user.user) if user.user else None,
        "action": user.action.name,
        "reason": user.reason.name if user.reason else None,
        "days_before": user.days_before,
        "days_after": user.days_after,
        "expires_at": iso_or_none(user.expires_at),
        "explanation": user.explanation,
    }


def _policy(policy: PolicyPlan, report: Report) -> dict[str, Any]:
    return {
        "logical_id": policy.logical_id,
        "app_instance_arn": str(policy.app_instance) if policy.app_instance else None,
        "action": policy.action.name,
        "reason": policy.reason.name if policy.reason else None,
        "rule": str(policy.properties.rule) if policy.properties else None,
        "users": policy.users,
        "known_from_ledger": policy.known,
        "read": policy.read,
        "counts": {action.name: _estimate(count) for action, count in policy.counts.items()},
        "users_set": _estimate(policy.users_set),
        "deleted_within_7_days": _estimate(report.deletions_by(policy, SOON_DAYS)),
        "first_to_expire": [_policy_user(each) for each in policy.nearest],
        "explanation": policy.explanation,
    }


def _policy_user(user: PolicyUser) -> dict[str, Any]:
    return {
        "user_id": user.user_id,
        "action": user.action.name,
        "days_before": user.days_before,
        "days_after": user.days_after,
        "expires_at": iso_or_none(user.expires_at),
    }


def _estimate(estimate: Estimate) -> dict[str, int]:
    return {"count": estimate.count, "low": estimate.low, "high": estimate.high}
