#!/usr/bin/env python3
"""Measures all peers in one run and prints one table (run.sh builds them first).

Each peer is a process that decides on the same actions (protocol/src/lib.rs). They
take turns, a round each, so that a clock that drifts and a neighbour that is busy
hit all alike; the percentiles are over all rounds.
"""

import argparse
import datetime
import json
import os
import platform
import random
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent.parent / "target" / "peers"
WARM_UP = 25  # passes before each turn: another peer has just had the caches

# What a peer does for its time. "-": the question does not arise, since the policy is
# data in a language without effects, or since no instance is used for a decision.
DOES = ["sandbox", "fresh instance", "audit record", "on disk before answer", "tamper-evident", "typed HOLD"]


@dataclass
class Peer:
    name: str
    package: str
    command: list[str]
    does: str  # a word for each of DOES

    def files(self) -> list[str]:
        return [word for word in self.command if word.startswith("/")]


def rust(binary: str, *arguments: str) -> list[str]:
    return [str(BUILT / "release" / binary), str(HERE), *arguments]


def cedar(policies: str, how: str) -> list[str]:
    return rust("peer-cedar", str(HERE / "cedar" / f"policies-{policies}.cedar"), how)


def peers() -> list[Peer]:
    guest = str(BUILT / "wasm32-unknown-unknown" / "plugin" / "peer_extism_guest.wasm")
    rego = str(HERE / "rego" / "policy.rego")
    old = [str(BUILT / "venv" / "bin" / "python"), str(HERE / "coldnotch_001.py"), str(HERE)]
    return [
        Peer("keywords, record", "coldnotch", rust("peer-gate", "keywords", "record"), "yes yes yes no yes yes"),
        Peer("keywords, sync", "coldnotch", rust("peer-gate", "keywords", "sync"), "yes yes yes yes yes yes"),
        Peer("consequence, record", "coldnotch", rust("peer-gate", "consequence", "record"), "yes yes yes no yes yes"),
        Peer("consequence, sync", "coldnotch", rust("peer-gate", "consequence", "sync"), "yes yes yes yes yes yes"),
        Peer("keywords", "coldnotch 0.0.1", old, "no - yes no no yes"),
        Peer("2 policies", "cedar-policy", cedar("2", "whole"), "- - no no no no"),
        Peer("17 policies", "cedar-policy", cedar("17", "whole"), "- - no no no no"),
        Peer("17, evaluation only", "cedar-policy", cedar("17", "evaluation"), "- - no no no no"),
        Peer("keywords, interpreter", "regorus", rust("peer-rego", rego, "interpreter"), "- - no no no no"),
        Peer("keywords, vm", "regorus", rust("peer-rego", rego, "vm"), "- - no no no no"),
        Peer("keywords, fresh", "extism", rust("peer-extism", guest, "fresh"), "yes yes no no no no"),
        Peer("keywords, reused", "extism", rust("peer-extism", guest, "reused"), "yes no no no no no"),
    ]


class Turns:
    """A peer's process, ready to decide."""

    def __init__(self, peer: Peer, home: Path):
        self.peer = peer
        self.times: list[int] = []
        self.process = subprocess.Popen(
            peer.command, cwd=home, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if self.process.stdout.readline() != "ready\n":
            sys.exit(f"{peer.package}, {peer.name}: not ready: {peer.command}")

    def decide(self, passes: int) -> list[int]:
        print(passes, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.peer.package}, {self.peer.name}: ended early")
        return [int(ns) for ns in line.split()]

    def turn(self, passes: int) -> None:
        self.decide(WARM_UP)
        self.times += self.decide(passes)

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def measure(chosen: list[Peer], rounds: int, passes: int) -> list[Turns]:
    home = BUILT / "run"
    home.mkdir(exist_ok=True)
    turns = [Turns(peer, home) for peer in chosen]
    order = random.Random(1)
    for done in range(rounds + 1):
        # Another order each round, so that nobody always follows the same neighbour.
        for turn in order.sample(turns, len(turns)):
            turn.turn(passes)
            if done == 0:
                turn.times.clear()  # the first round is for warming up
    for turn in turns:
        turn.end()
    return turns


def row(turn: Turns, versions: dict[str, str]) -> dict:
    package, _, fixed = turn.peer.package.partition(" ")
    times = sorted(turn.times)
    percentile = lambda p: times[min(len(times) * p // 100, len(times) - 1)] / 1000
    return {
        "peer": package,
        "version": fixed or versions[package],
        "what": turn.peer.name,
        "p50_us": percentile(50),
        "p95_us": percentile(95),
        "p99_us": percentile(99),
        "decisions_per_second": round(len(times) * 1e9 / sum(times)),
        "decisions": len(times),
        "does": dict(zip(DOES, turn.peer.does.split(), strict=True)),
    }


def versions() -> dict[str, str]:
    lock = tomllib.loads(HERE.joinpath("Cargo.lock").read_text())
    return {package["name"]: package["version"] for package in lock["package"]}


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def machine() -> dict:
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True)
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()}",
        "rustc": rustc.stdout.split()[1],
        "python": platform.python_version(),
    }


def table(rows: list[dict]) -> str:
    head = ["peer", "p50 µs", "p95 µs", "p99 µs", "decisions/s", *DOES]
    lines = [head] + [
        [
            f"{r['peer']} {r['version']}: {r['what']}",
            *(f"{r[key]:.1f}" for key in ("p50_us", "p95_us", "p99_us")),
            f"{r['decisions_per_second']:,}",
            *r["does"].values(),
        ]
        for r in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    lines.insert(1, ["-" * widths[0]] + ["-" * (w - 1) + ":" for w in widths[1:5]] + ["-" * w for w in widths[5:]])

    def cell(i: int, text: str) -> str:
        return text.rjust(widths[i]) if 1 <= i <= 4 else text.ljust(widths[i])

    return "\n".join("| " + " | ".join(cell(i, text) for i, text in enumerate(line)) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--passes", type=int, default=125, help="over all actions, a peer and round (default 125)")
    options = parser.parse_args()

    facts = machine() | {"date": datetime.date.today().isoformat()}
    built = [peer for peer in peers() if all(map(os.path.exists, peer.files()))]
    missing = sorted({peer.package for peer in peers() if peer not in built})
    turns = measure(built, options.rounds, options.passes)
    known = versions()
    rows = [row(turn, known) for turn in turns]

    print(
        f"{facts['date']}, {facts['cores']} cores ({facts['processor']}), {facts['system']}, "
        f"rustc {facts['rustc']}, Python {facts['python']}, load at start {facts['load']:.1f}; "
        f"{rows[0]['decisions']:,} decisions a peer in {options.rounds} rounds, one caller\n"
    )
    print(table(rows))
    if missing:
        print(f"\nNot built, so not measured: {', '.join(missing)}")
    if options.json:
        text = json.dumps({"machine": facts, "rounds": options.rounds, "rows": rows, "missing": missing}, indent=2)
        options.json.write_text(text + "\n")


main()
