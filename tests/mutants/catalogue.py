"""At least one mutant for each promise of the lifecycle."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "failed create returns the ARN",
        "a create that had no effect leaves the user's own setting alone",
        "user/lifecycle.py",
        "                response.PhysicalResourceId = id_before\n            raise",
        "                pass\n            raise",
    ),
    Mutant(
        "rejected create returns the ARN",
        "a rejected create leaves the user's own setting alone",
        "user/lifecycle.py",
        "                self._refuse_immediate_expiration(declared, state)\n",
        "                response.PhysicalResourceId = str(known)\n"
        "                self._refuse_immediate_expiration(declared, state)\n",
    ),
    Mutant(
        "unknown outcome returns the marker",
        "a create whose outcome is unknown is undone by the rollback",
        "user/lifecycle.py",
        "            if failure.may_have_had_effect:\n"
        "                self._confirm(write)\n"
        "            else:\n",
        "            if True:\n",
    ),
    Mutant(
        "5xx counts as without effect",
        "a create that may have had an effect is undone by the rollback",
        "service/failures.py",
        "            FailureKind.SERVICE_FAULT,\n"
        "            FailureKind.NO_RESPONSE,\n"
        "            FailureKind.UNEXPECTED",
        "            FailureKind.NO_RESPONSE,\n            FailureKind.UNEXPECTED",
    ),
    Mutant(
        "unknown outcome is reset by the next attempt",
        "one attempt that may have had an effect makes the whole call uncertain",
        "service/calls.py",
        "self.may_have_had_effect |= failure",
        "self.may_have_had_effect = failure",
    ),
    Mutant(
        "not found is a failure",
        "the Delete for a user that is not found succeeds",
        "user/lifecycle.py",
        '            return "nothing to clear: user not found"\n',
        '            raise LifecycleError("user not found") from None\n',
    ),
    Mutant(
        "access denied counts as not found",
        "a Delete that is denied fails",
        "service/failures.py",
        "        kind = FailureKind.ACCESS_DENIED\n",
        "        kind = FailureKind.NOT_FOUND\n",
    ),
    Mutant(
        "Forbidden counts as not found",
        "Forbidden with an unknown text is a failure",
        "service/failures.py",
        "            return kind\n    return FailureKind.FORBIDDEN",
        "            return kind\n    return FailureKind.NOT_FOUND",
    ),
    Mutant(
        "throttling is not retried",
        "all of many declarations succeed",
        "service/retry_budget.py",
        '    FailureKind.THROTTLED: float("inf"),\n',
        "",
    ),
    Mutant(
        "access denied is not retried",
        "a permission that has not propagated yet is retried",
        "service/retry_budget.py",
        "    FailureKind.ACCESS_DENIED: 60.0,\n",
        "",
    ),
    Mutant(
        "conflict is not retried",
        "a conflict is retried",
        "service/retry_budget.py",
        "    FailureKind.CONFLICT: 60.0,\n",
        "",
    ),
    Mutant(
        "retries without end",
        "the function responds before its time-out",
        "service/retry_budget.py",
        "if since + pause > retried_for or not self.has_time_for_an_attempt(after=pause):",
        "if False:",
    ),
    Mutant(
        "no check of the days",
        "days that delete the user within a day are refused",
        "user/lifecycle.py",
        "        if is_too_soon(state.created, declared.days, now):\n            raise",
        "        if False:\n            raise",
    ),
    Mutant(
        "only days that delete at once are refused",
        "days that delete the user within a day are refused",
        "contract/days.py",
        "< now + LEAST_NOTICE",
        "< now",
    ),
    Mutant(
        "no check on update",
        "days that delete the user within a day are refused in an update too",
        "user/lifecycle.py",
        "                self._refuse_immediate_expiration(declared, state)\n",
        "                if id_before == NOTHING_SET:\n"
        "                    self._refuse_immediate_expiration(declared, state)\n",
    ),
    Mutant(
        "check without exception",
        "allow_immediate_expiration allows it",
        "user/lifecycle.py",
        "        if declared.allow_immediate_expiration:\n            return\n",
        "",
    ),
    Mutant(
        "days that the user has are refused",
        "declaring what the user has is never refused",
        "user/lifecycle.py",
        "            if state.days == declared.days:\n"
        '                outcome = "already set"\n'
        "            else:\n"
        "                self._refuse",
        "            self._refuse_immediate_expiration(declared, state)\n"
        "            if state.days == declared.days:\n"
        '                outcome = "already set"\n'
        "            else:\n"
        "                self._refuse",
    ),
    Mutant(
        "Delete clears the user in the properties",
        "a Delete clears what its id stands for",
        "user/lifecycle.py",
        "        return self._take_back(event, known)\n\n    def _undo_cancelled",
        '        user = ExpirationProperties.parse(event["ResourceProperties"]).user\n'
        "        return self._take_back(event, PhysicalId(user))\n"
        "\n"
        "    def _undo_cancelled",
    ),
    Mutant(
        "Delete of a marker is a failure",
        "a Delete of an id that is not a user succeeds",
        "user/lifecycle.py",
        '            return "nothing to clear: the id is not an AppInstanceUser\'s"\n',
        '            raise LifecycleError("not a user")\n',
    ),
    Mutant(
        "update clears the old user at once",
        "the old user keeps its setting until the update has succeeded",
        "user/lifecycle.py",
        '                response.PhysicalResourceId = event["PhysicalResourceId"]\n'
        "                handle = self._set",
        '                response.PhysicalResourceId = event["PhysicalResourceId"]\n'
        '                old = PhysicalId.parse(event["PhysicalResourceId"])\n'
        '                if old and str(old.user) != declared_user(event["ResourceProperties"]):\n'
        "                    self.service_in(old.user.region).clear_expiration(old.user)\n"
        "                handle = self._set",
    ),
    Mutant(
        "the id stays when the user changes",
        "the old user is cleared after the new one was set",
        "user/lifecycle.py",
        "            response.PhysicalResourceId = str(known)\n            response.Data",
        "            if id_before == NOTHING_SET:\n"
        "                response.PhysicalResourceId = str(known)\n"
        "            else:\n"
        "                response.PhysicalResourceId = id_before\n"
        "            response.Data",
    ),
    Mutant(
        "update sets nothing",
        "the service has the setting of the last successful event",
        "user/lifecycle.py",
        "            if state.days == declared.days:\n",
        "            if state.days == declared.days or id_before == str(declared.user):\n",
    ),
    Mutant(
        "clearing sets the most days",
        "clearing removes the setting",
        "service/identity_service.py",
        "        self._put(user, None, {})\n",
        "        self.set_expiration(user, 5475, 'CREATED_TIMESTAMP')\n",
    ),
    Mutant(
        "Delete does not clear",
        "a user that is removed from the stack is cleared",
        "user/lifecycle.py",
        "            if earlier is None:\n                service.clear_expiration(known.user)\n",
        "            if earlier is None:\n                pass\n",
    ),
    Mutant(
        "the marker is a user",
        "a Delete with the marker makes no call",
        "user/lifecycle.py",
        "                response.PhysicalResourceId = NOTHING_SET\n                handle",
        '                response.PhysicalResourceId = declared_user(event["ResourceProperties"])\n'
        "                handle",
    ),
    Mutant(
        "message without limit",
        "CloudFormation shows the fix",
        "service/messages.py",
        "    room = LONGEST_REASON - len(",
        "    room = 4 * LONGEST_REASON - len(",
    ),
    Mutant(
        "user of another declaration is cleared",
        "a user that another declaration has now keeps its setting",
        "user/lifecycle.py",
        "return self._may_be_shared(event) and bool(stack.others_declaring(user))",
        "return False",
    ),
    Mutant(
        "a rollback leaves a shared user as it is",
        "the declaration that keeps a user has its days after a rollback",
        "user/lifecycle.py",
        "                write.correct()\n                return",
        "                return",
    ),
    Mutant(
        "expired user fails the update",
        "an expired user fails neither an update nor a rollback",
        "user/lifecycle.py",
        "        if known is None or known.user != declared.user:\n"
        "            if declared.missing_user",
        "        if True:\n            if declared.missing_user",
    ),
    Mutant(
        "unknown user counts as expired",
        "a Create, or a change to a user that does not exist, fails",
        "user/lifecycle.py",
        "        if known is None or known.user != declared.user:\n"
        "            if declared.missing_user",
        "        if False:\n            if declared.missing_user",
    ),
    Mutant(
        "a missing user is never ignored",
        "MissingUser.IGNORE succeeds without a user",
        "user/lifecycle.py",
        "if declared.missing_user is MissingUser.IGNORE:",
        "if False:",
    ),
    Mutant(
        "a rollback to a deleted user fails",
        "a rollback to a user that was deleted meanwhile succeeds",
        "user/lifecycle.py",
        "            elif self._returns_to_an_earlier_user(event, declared):",
        "            elif False:",
    ),
    Mutant(
        "a rollback does not restore",
        "a creation that is rolled back restores the earlier days",
        "user/lifecycle.py",
        "            if known.earlier_days is not None and stack.is_rolling_back():",
        "            if False:",
    ),
    Mutant(
        "a removal restores",
        "a declaration that is removed clears",
        "user/lifecycle.py",
        "            if known.earlier_days is not None and stack.is_rolling_back():",
        "            if known.earlier_days is not None:",
    ),
    Mutant(
        "a rollback restores days that delete",
        "a restored setting does not delete the user",
        "user/lifecycle.py",
        "                if not is_too_soon(state.created, known.earlier_days, self.now()):",
        "                if True:",
    ),
    Mutant(
        "a rollback clears days that it finds",
        "the earlier days that the user still has are kept",
        "user/lifecycle.py",
        "                if state.days == known.earlier_days:\n",
        "                if False:\n",
    ),
    Mutant(
        "the id has no earlier days",
        "the id carries what the user had",
        "contract/physical_id.py",
        '        return f"{self.user}{_SEPARATOR}{self.earlier_days}"',
        "        return str(self.user)",
    ),
    Mutant(
        "an update forgets the earlier days",
        "an update keeps the id of the creation",
        "user/lifecycle.py",
        "            if known is None or known.user != declared.user:\n"
        "                known = PhysicalId(declared.user, state.days)",
        "            if True:\n                known = PhysicalId(declared.user, state.days)",
    ),
    Mutant(
        "late writes are not confirmed",
        "an event that was overtaken does not win",
        "user/lifecycle.py",
        "        if self.now() - write.sent <= _AT_ONCE:",
        "        if True:",
    ),
    Mutant(
        "every write is confirmed",
        "an event that succeeds at once asks nobody",
        "user/lifecycle.py",
        "        if self.now() - write.sent <= _AT_ONCE:",
        "        if False:",
    ),
    Mutant(
        "four seconds count as at once",
        "clocks differ by up to a second",
        "user/lifecycle.py",
        "_AT_ONCE = timedelta(seconds=2)",
        "_AT_ONCE = timedelta(seconds=4)",
    ),
    Mutant(
        "any event in progress is the current one",
        "a newer event of the same kind is another event",
        "user/late_write.py",
        "if resource.updated > self.sent + CLOCK_TOLERANCE:",
        "if False:",
    ),
    Mutant(
        "the correction is not confirmed",
        "what changes during the correction is seen",
        "user/late_write.py",
        "            if confirmed == belief:",
        "            if True:",
    ),
    Mutant(
        "a late write of a cancelled creation is cleared",
        "a cancelled creation gives the earlier days back",
        "user/late_write.py",
        "            return self.undeclared\n        if own.physical_id.user",
        "            return None\n        if own.physical_id.user",
    ),
    Mutant(
        "events of replaced resources count",
        "the clean-up of a replaced user is no deletion of the new one",
        "user/own_stack.py",
        "and not (is_deletion and and_is_there):",
        ":",
    ),
    Mutant(
        "only the first page of events is read",
        "an old event of the resource is found",
        "user/own_stack.py",
        '            if not page.get("NextToken"):',
        "            if True:",
    ),
    Mutant(
        "an unconfirmed write stands",
        "a write that CloudFormation cannot confirm is taken back",
        "user/lifecycle.py",
        '            if write.request_type != "Delete":\n                write.undo()\n',
        "",
    ),
    Mutant(
        "a cancelled creation is not undone",
        "what a cancelled creation has set is cleared",
        "user/lifecycle.py",
        "        if known is None and response.PhysicalResourceId != NOTHING_SET:",
        "        if False:",
    ),
    Mutant(
        "a cancelled update is not undone",
        "what a cancelled update to another user has set is cleared",
        "user/lifecycle.py",
        "        self._undo_cancelled_update(event, declared, id_before)\n        return outcome",
        "        return outcome",
    ),
    Mutant(
        "a cancelled creation clears any days",
        "a user that a cancelled creation has not set keeps its days",
        "user/lifecycle.py",
        "            if state.days != declared.days or state.updated is None:",
        "            if state.updated is None:",
    ),
    Mutant(
        "a cancelled creation clears days that were there before",
        "days that somebody else had set before are left alone",
        "user/lifecycle.py",
        "        return PhysicalId(declared.user) if changed_since else None",
        "        return PhysicalId(declared.user)",
    ),
    Mutant(
        "a correction has no retries of its own",
        "a late write is corrected although its retries are used up",
        "user/lifecycle.py",
        "        write = replace(write, service=write.service.for_correction())\n",
        "",
    ),
    Mutant(
        "a Put that is not confirmed had no effect",
        "a create with an unknown outcome is undone by the rollback",
        "service/identity_service.py",
        'raise UnexpectedResponseError(f"not confirmed: {failure.detail}") from error',
        "raise",
    ),
    Mutant(
        "asking CloudFormation takes all the time",
        "a write can be taken back when CloudFormation throttles",
        "service/retry_budget.py",
        "            lambda: self.remaining_seconds() - seconds,",
        "            lambda: self.remaining_seconds(),",
    ),
    Mutant(
        "an event is counted with each response",
        "an event counts once, also if the function was out of time",
        "user/event_metrics.py",
        "        if self._is_written:\n            return\n",
        "",
    ),
    Mutant(
        "a failed update is a failed clean-up",
        "only a Delete that failed leaves a user with its days",
        "user/event_metrics.py",
        'self.event["RequestType"] == "Delete"',
        'self.event["RequestType"] != "Create"',
    ),
    Mutant(
        "each failure is a refusal",
        "a refusal is a failure that the declaration has caused",
        "user/handler.py",
        "isinstance(error, RefusedError)",
        "isinstance(error, Exception)",
    ),
    Mutant(
        "a function that is out of time has not failed",
        "an event whose function was out of time counts as failed",
        "service/custom_resource.py",
        "(status or self.Status) == FAILED",
        "self.Status == FAILED",
    ),
)
