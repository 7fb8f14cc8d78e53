"""The one exception type of the recipe."""


class TrainingError(Exception):
    """Something the user can mend; the message reads `name: got (expected: rule)`."""
