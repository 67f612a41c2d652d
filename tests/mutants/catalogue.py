"""One mutant, at least, for each promise of the lifecycle."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "failed create answers the ARN",
        "a create that had no effect leaves the user's own setting alone",
        "lifecycle.py",
        "if not failure.may_have_had_effect:",
        "if False:",
    ),
    Mutant(
        "refused create answers the ARN",
        "a create that was refused leaves the user's own setting alone",
        "lifecycle.py",
        "            self._refuse_to_delete_at_once(declared, created, expires)\n",
        "            answer.PhysicalResourceId = str(declared.user)\n"
        "            self._refuse_to_delete_at_once(declared, created, expires)\n",
    ),
    Mutant(
        "unknown outcome answers the marker",
        "a create whose outcome is unknown is cleared by the rollback",
        "lifecycle.py",
        "if not failure.may_have_had_effect:",
        "if True:",
    ),
    Mutant(
        "5xx taken for certain",
        "a create that may have had an effect is cleared by the rollback",
        "failures.py",
        "return self.kind in (Kind.SERVICE_FAULT, Kind.NO_ANSWER)",
        "return self.kind is Kind.NO_ANSWER",
    ),
    Mutant(
        "unknown outcome forgotten",
        "one attempt that may have had an effect makes the whole call uncertain",
        "identity_service.py",
        "may_have_had_effect |= action",
        "may_have_had_effect = action",
    ),
    Mutant(
        "gone is a failure",
        "the Delete for a user that is gone succeeds",
        "lifecycle.py",
        '            return "nothing to clear: the user is gone"\n',
        '            raise LifecycleError("the user is gone") from None\n',
    ),
    Mutant(
        "not allowed taken for gone",
        "a Delete that is not allowed fails",
        "failures.py",
        "        kind = Kind.NOT_ALLOWED\n",
        "        kind = Kind.GONE\n",
    ),
    Mutant(
        "Forbidden taken for gone",
        "Forbidden of a user that is there is a failure",
        "identity_service.py",
        "        return Failure(Kind.REFUSED, failure.said)\n",
        "        return Failure(Kind.GONE, failure.said)\n",
    ),
    Mutant(
        "throttling not waited out",
        "every one of many declarations gets through",
        "patience.py",
        '    Kind.THROTTLED: float("inf"),\n',
        "",
    ),
    Mutant(
        "permission not waited for",
        "a permission that has not propagated yet is waited for",
        "patience.py",
        "    Kind.NOT_ALLOWED: 60.0,\n",
        "",
    ),
    Mutant(
        "conflict not waited out",
        "409 is tried again",
        "patience.py",
        "    Kind.CONFLICT: 60.0,\n",
        "",
    ),
    Mutant(
        "retries without end",
        "the function answers before its time-out",
        "patience.py",
        "if since + pause > patience or not self.has_time_for_an_attempt(after=pause):",
        "if False:",
    ),
    Mutant(
        "no guard",
        "days that expire the user at once are refused",
        "lifecycle.py",
        "if expires <= now and not declared.allow_immediate_expiration:",
        "if False:",
    ),
    Mutant(
        "no guard on update",
        "days that expire the user at once are refused in an update too",
        "lifecycle.py",
        "            self._refuse_to_delete_at_once(declared, created, expires)\n",
        "            if id_before == NOTHING_SET:\n"
        "                self._refuse_to_delete_at_once(declared, created, expires)\n",
    ),
    Mutant(
        "guard that cannot be overruled",
        "allow_immediate_expiration means it",
        "lifecycle.py",
        "if expires <= now and not declared.allow_immediate_expiration:",
        "if expires <= now:",
    ),
    Mutant(
        "Delete clears the user in the properties",
        "a Delete clears what its id stands for",
        "lifecycle.py",
        "user = AppInstanceUserArn.parse(answer.PhysicalResourceId)",
        'user = AppInstanceUserArn.parse(event["ResourceProperties"]["AppInstanceUserArn"])',
    ),
    Mutant(
        "Delete of a marker is a failure",
        "a Delete of an id that was never issued succeeds",
        "lifecycle.py",
        '            return "nothing to clear: the id is not an AppInstanceUser\'s"\n',
        '            raise LifecycleError("what is this?") from None\n',
    ),
    Mutant(
        "update clears the old user at once",
        "the old user keeps its setting until the update has succeeded",
        "lifecycle.py",
        '        answer.PhysicalResourceId = event["PhysicalResourceId"]\n',
        '        answer.PhysicalResourceId = event["PhysicalResourceId"]\n'
        '        old = AppInstanceUserArn.parse(event["PhysicalResourceId"])\n'
        '        if str(old) != event["ResourceProperties"]["AppInstanceUserArn"]:\n'
        "            self.service_in(old.region).clear_expiration(old)\n",
    ),
    Mutant(
        "the id stays when the user changes",
        "the old user is cleared after the new one was set",
        "lifecycle.py",
        "            service.set_expiration(declared.user, declared.days, declared.criterion)\n",
        "            service.set_expiration(declared.user, declared.days, declared.criterion)\n"
        "            if id_before != NOTHING_SET:\n"
        "                answer.PhysicalResourceId = id_before\n",
    ),
    Mutant(
        "failed update answers the new id",
        "an update that had no effect leaves the new user's own setting alone",
        "lifecycle.py",
        "if not failure.may_have_had_effect:",
        "if not failure.may_have_had_effect and id_before == NOTHING_SET:",
    ),
    Mutant(
        "update sets nothing",
        "the service ends where the last successful event says",
        "lifecycle.py",
        '        answer.PhysicalResourceId = event["PhysicalResourceId"]\n        return self._set',
        '        answer.PhysicalResourceId = event["PhysicalResourceId"]\n'
        '        declared = event["ResourceProperties"]["AppInstanceUserArn"]\n'
        "        if answer.PhysicalResourceId == declared:\n"
        '            return "set before"\n'
        "        return self._set",
    ),
    Mutant(
        "clearing sets the longest time",
        "clearing takes the setting away",
        "identity_service.py",
        "        self._put(user, {})\n",
        "        self.set_expiration(user, 5475, 'CREATED_TIMESTAMP')\n",
    ),
    Mutant(
        "Delete forgets to clear",
        "a user that leaves the stack is cleared",
        "lifecycle.py",
        "            self.service_in(user.region).clear_expiration(user)\n",
        "            self.service_in(user.region)\n",
    ),
    Mutant(
        "the marker looks like a user",
        "a Delete with the marker makes no call",
        "lifecycle.py",
        "        answer.PhysicalResourceId = NOTHING_SET\n",
        '        answer.PhysicalResourceId = event["ResourceProperties"]["AppInstanceUserArn"]\n',
    ),
    Mutant(
        "reason without end",
        "the fix is in what CloudFormation shows",
        "messages.py",
        "    room = LONGEST_REASON - len(",
        "    room = 4 * LONGEST_REASON - len(",
    ),
    Mutant(
        "taken over and cleared",
        "a user that another declaration has taken over stays set",
        "lifecycle.py",
        "return may_change and self.is_declared_elsewhere(event, user)",
        "return False",
    ),
    Mutant(
        "gone user fails the update",
        "an expired user keeps no update and no rollback from succeeding",
        "lifecycle.py",
        "            if id_before != str(declared.user):\n",
        "            if True:\n",
    ),
    Mutant(
        "unknown user is taken for an expired one",
        "a Create, or a change to a user that does not exist, fails",
        "lifecycle.py",
        "            if id_before != str(declared.user):\n",
        "            if False:\n",
    ),
)
