"""What the commands of the command line do: each takes the parsed options and returns one of these exit codes."""

ANSWERED, NO_ANSWER, WRONG_USE, RED_FLAG, INTERRUPTED = 0, 1, 2, 3, 130
