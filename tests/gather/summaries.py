"""What a summary of an intake says, for short."""


def reasons_of(summary):
    """The path of each refused file with the reason."""
    return {one.path: one.reason for one in summary.refusals}
