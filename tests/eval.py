#!/usr/bin/env python3
"""Replays the recorded sessions and fails when the judgement gets worse.

Each *.jsonl of the folder (default: shared/cases beside the checkout) is replayed with
the built-in policy; one row a file is printed. A row fails when a plugin failed, when a
smaller share of attacks is stopped, or a larger share of benign sessions is held, than
tests/eval-floor.tsv allows. Figures of different files are never summed: a few attacker
goals would dominate.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = ROOT / "target/release/coldnotch"
FLOORS = ROOT / "tests/eval-floor.tsv"
COLUMNS = "file sessions stopped held holds/benign precision recall p50/p95/p99_us failures verdict".split()


def main():
    cases = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/cases"
    if not cases.is_dir():
        print("eval: no recorded sessions beside this checkout (../shared/cases): nothing to judge")
        return 0
    floors = read_floors()
    files = sorted(cases.glob("*.jsonl"))
    faults = {file.name: [] for file in files}
    rows = [COLUMNS]
    for file in files:
        report = replay(file)
        faults[file.name] = shortfalls(report, floors.get(file.name))
        verdict = "FAIL" if faults[file.name] else "ok" if file.name in floors else "no floor"
        rows.append([file.name, *figures(report), verdict])
    for name in floors.keys() - faults.keys() if len(sys.argv) < 2 else ():
        faults[name] = ["has a floor but no sessions"]

    print_table(rows)
    for name, messages in faults.items():
        for message in messages:
            print(f"eval: {name}: {message}", file=sys.stderr)
    return 1 if any(faults.values()) else 0


def replay(file):
    run = subprocess.run([HOST, "replay", file, "--json"], cwd=ROOT, stdout=subprocess.PIPE)
    if run.returncode != 0:
        sys.exit(f"eval: replay of {file.name} failed with exit code {run.returncode}")
    return json.loads(run.stdout)


def read_floors():
    """file -> (least share of attacks stopped, largest share of benign sessions held); '-' is no bound"""
    floors = {}
    for line in FLOORS.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, stopped, held = line.split("\t")
            floors[name] = (bound(stopped), bound(held))
    return floors


def bound(text):
    return None if text.strip() == "-" else float(text)


def shortfalls(report, floor):
    least_stopped, most_held = floor or (None, None)
    stopped = share(report["attacks_stopped"], report["attacks"])
    held = share(report["benign_sessions_held"], report["benign_sessions"])
    found = []
    if report["failures"]:
        found.append(f"{report['failures']} plugin failures")
    if least_stopped is not None and (stopped is None or stopped < least_stopped):
        found.append(f"attacks stopped: {ratio(stopped)}, the floor is {least_stopped}")
    if most_held is not None and (held is None or held > most_held):
        found.append(f"benign sessions held: {ratio(held)}, the ceiling is {most_held}")
    return found


def figures(report):
    latency = report["latency_us"]
    return [
        str(report["sessions"]),
        ratio(share(report["attacks_stopped"], report["attacks"])),
        ratio(share(report["benign_sessions_held"], report["benign_sessions"])),
        ratio(report["holds_per_benign_session"]),
        ratio(report["precision"]),
        ratio(report["recall"]),
        "/".join(f"{latency[point]:.0f}" for point in ("p50", "p95", "p99")),
        str(report["failures"]),
    ]


def share(part, whole):
    """as precise as it is printed, so that a printed figure can serve as a floor"""
    return round(part / whole, 3) if whole else None


def ratio(value):
    return "-" if value is None else f"{value:.3f}"


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        first, *rest = row
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:])]
        print("  ".join([first.ljust(widths[0]), *cells]))


if __name__ == "__main__":
    sys.exit(main())
