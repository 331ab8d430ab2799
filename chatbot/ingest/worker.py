"""The child process that opens documents: `python -m chatbot.ingest.worker`. It may be killed at any time; it writes no file.

It reads a line of JSON, `{"ending": ..., "length": ...}`, and so many bytes, and answers with a line of JSON: what `extract` gives, or
`{"error": ...}`. Its memory is limited, where the system can do that; its time is watched by the parent.
"""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

MOST_MEMORY = 1 << 30


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    from chatbot.ingest.blocks import Unreadable
    from chatbot.ingest.extract import extract

    for line in iter(requests.readline, b""):
        request = json.loads(line)
        data = requests.read(request["length"])
        try:
            answer = extract(data, request["ending"])
        except Unreadable as error:
            answer = {"error": str(error)}
        except ImportError as error:
            answer = {"error": "", "missing": str(error.name)}
        except MemoryError:
            answer = {"error": f"it needs more than {MOST_MEMORY >> 30} GiB of memory; split it"}
        except RecursionError:
            answer = {"error": "it is nested too deep; copy its text into a .txt file"}
        except Exception as error:  # noqa: BLE001 - a library that stumbles over one document must not end the others
            answer = {"error": f"it cannot be read ({type(error).__name__}); save it again, or copy its text into a .txt file"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def limit_memory() -> None:
    """Let the process take at most `MOST_MEMORY`; systems without `resource` have no such limit."""
    try:
        import resource
    except ImportError:
        return
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    import logging
    import warnings

    logging.disable(logging.CRITICAL)  # the libraries report what is odd in a document; the answer says what matters
    warnings.simplefilter("ignore")
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not come among the answers
    limit_memory()
    serve(sys.stdin.buffer, answers)
