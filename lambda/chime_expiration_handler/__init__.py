"""The Lambda functions behind the custom resources of ``chime_expiration``.

``contract`` is what the template, these functions and the command line agree on, ``service`` calls
Chime SDK Identity, ``user`` handles the events of one declaration, ``sweep`` those of a policy.
"""
