"""The policy at the size that it is for: in virtual time, beside scripts, and on a local AWS."""
