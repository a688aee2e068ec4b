#!/usr/bin/env python3
"""Kills `auditstore ingest` at random moments, loads again to the end, and compares the store with the input.

    kill_during_ingest.py --auditstore .build/release/auditstore --kills 200 --seed 1 mixed.ndjson

The input is NDJSON in which every line is an event. A store suffers one to three kills. After each of them the store
has to open, and `events` has to give a beginning of the input, whole lines. Then the load runs to its end: `events` has
to give the input byte for byte, each event once, and `verify` has to exit with 0. The process dies by SIGKILL, which it
cannot notice. The last line is `N passed, N failed`; a kill fails with whatever was found wrong after it.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PIECE = 1 << 20


class Wrong(Exception):
    """The store is not as it has to be."""


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def said(result):
    return result.stderr.decode(errors="replace").strip()[-500:]


class Store:
    def __init__(self, tool, directory, file):
        self.tool = tool
        self.directory = directory
        self.file = file

    def command(self, subcommand, *more):
        return [self.tool, subcommand, "--quiet", "--store", self.directory, *more]

    def ingest(self):
        """Loads to the end."""
        result = run(self.command("ingest", self.file))
        if result.returncode != 0:
            raise Wrong(f"ingest exits with {result.returncode}: {said(result)}")

    def ingest_and_kill(self, after, threads):
        """Whether the process was killed before it was done."""
        process = subprocess.Popen(
            self.command("ingest", "--threads", str(threads), self.file),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def compare(self):
        """Bytes of the events, which have to be those that the input begins with."""
        if not os.path.exists(os.path.join(self.directory, "manifest")):
            return 0
        with open(self.file, "rb") as expected, tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(self.command("events"), stdout=subprocess.PIPE, stderr=complaints)
            done = 0
            last = b"\n"
            try:
                while piece := process.stdout.read(PIECE):
                    wanted = expected.read(len(piece))
                    if piece != wanted:
                        same = next((i for i, (a, b) in enumerate(zip(piece, wanted)) if a != b), len(wanted))
                        raise Wrong(f"events differ from the input at byte {done + same}")
                    done += len(piece)
                    last = piece[-1:]
            finally:
                process.stdout.close()
                code = process.wait()
            if code != 0:
                complaints.seek(0)
                raise Wrong(f"events exits with {code}: {complaints.read().decode(errors='replace').strip()[-500:]}")
            if last != b"\n":
                raise Wrong("the last event is cut")
            return done

    def verify(self):
        result = run(self.command("verify"))
        if result.returncode != 0:
            found = result.stdout.decode(errors="replace")[-500:]
            raise Wrong(f"verify exits with {result.returncode}: {said(result)} {found}")

    def check_end(self):
        self.ingest()
        size = os.path.getsize(self.file)
        done = self.compare()
        if done != size:
            raise Wrong(f"events gives {done} bytes of {size}")
        self.verify()


def undisturbed(tool, directory, file):
    """Seconds that a load takes when nobody kills it; the fault is the input's if that fails."""
    store = Store(tool, os.path.join(directory, "undisturbed"), file)
    start = time.monotonic()
    store.ingest()
    seconds = time.monotonic() - start
    store.check_end()
    shutil.rmtree(store.directory)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", help="NDJSON, every line an event")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    file = os.path.abspath(arguments.file)
    chance = random.Random(arguments.seed)
    passed = failed = missed = 0
    partial = 0
    with tempfile.TemporaryDirectory(prefix="auditstore-kill-") as directory:
        try:
            seconds = undisturbed(tool, directory, file)
        except Wrong as wrong:
            print(f"without a kill: {wrong}\n0 passed, 1 failed")
            return 1
        print(f"seed {arguments.seed}; a load takes {seconds:.3f} s", flush=True)
        number = 0
        while passed + failed < arguments.kills and missed < 20 * arguments.kills + 100:
            number += 1
            store = Store(tool, os.path.join(directory, str(number)), file)
            kills = 0
            wanted = min(chance.randint(1, 3), arguments.kills - passed - failed)
            try:
                for _ in range(wanted):
                    after = chance.uniform(0, seconds)
                    if not store.ingest_and_kill(after, chance.choice([1, 2, 4])):
                        missed += 1
                        break
                    kills += 1
                    done = store.compare()
                    partial += 0 < done < os.path.getsize(file)
                store.check_end()
                passed += kills
            except Wrong as wrong:
                print(f"store {number}, kill {kills}, the last one after {after:.4f} s: {wrong}", flush=True)
                failed += max(kills, 1)
            shutil.rmtree(store.directory, ignore_errors=True)
            if number % 20 == 0:
                print(f"{passed + failed} of {arguments.kills} kills", flush=True)
    print(f"{number} stores; {partial} kills left a part of the input; {missed} loads were done before their kill")
    if passed + failed < arguments.kills:
        print("the input is too small: most loads were done before they could be killed")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
