"""coldnotch 0.0.1 from PyPI, as its README shows: `coldnotch_001.py FOLDER`.

Speaks what `protocol/src/lib.rs` describes.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from coldnotch import Action, Blocked, Policy, configure, gate


def decide(line: str) -> bool:
    try:
        with gate(Action(**json.loads(line))):
            return True
    except Blocked:
        return False


def main() -> None:
    folder = Path(sys.argv[1])
    actions = folder.joinpath("actions.jsonl").read_text(encoding="utf-8").splitlines()
    configure(policy=Policy(block_types={"exec_shell"}))
    with tempfile.TemporaryDirectory(dir=".") as home:
        os.environ["COLDNOTCH_AUDIT"] = os.path.join(home, "audit.jsonl")
        for line in actions:
            assert decide(line), f"not allowed: {line}"
        assert not decide(folder.joinpath("control.json").read_text()), "it does not judge"
        print("ready", flush=True)
        for passes in sys.stdin:
            times = []
            for line in actions * int(passes):
                started = time.perf_counter_ns()
                allowed = decide(line)
                times.append(time.perf_counter_ns() - started)
                assert allowed, f"not allowed: {line}"
            print(*times, flush=True)


main()
