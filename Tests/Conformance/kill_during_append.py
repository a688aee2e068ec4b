#!/usr/bin/env python3
"""Kills `auditstore append` at random moments, and compares the store with what was acknowledged.

    kill_during_append.py --auditstore .build/release/auditstore --kills 200 --seed 1 mixed.ndjson

The input is NDJSON in which every line is an event, and no two lines are equal. The lines are sent in pieces of random
sizes; the tool prints how many it has acknowledged, which is kept here, outside the store. The process dies by SIGKILL.
After each kill, without any writer, `events` has to give a beginning of what was sent: whole lines, none twice, and at
least those that were acknowledged. The next `append` goes on with a few lines that were sent before, which have to be
dropped as duplicates, and at the end `events` has to give the input byte for byte, and `verify` to exit with 0.
The last line is `N passed, N failed`; a kill fails with whatever was found wrong after it.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time


class Wrong(Exception):
    """The store is not as it has to be."""


class Store:
    def __init__(self, tool, directory, lines):
        self.tool = tool
        self.directory = directory
        self.lines = lines
        # Lines that are known to be there, and lines that were sent.
        self.acknowledged = 0
        self.sent = 0

    def command(self, subcommand, *more):
        return [self.tool, subcommand, "--quiet", "--store", self.directory, *more]

    def append(self, chance, kill_after, durability, seal_bytes):
        """Sends lines until the process is killed or the input ends. Whether it was killed."""
        acknowledged = os.path.join(self.directory + ".acknowledged")
        # Some that were sent before are sent again.
        first = max(0, self.acknowledged - chance.randrange(50))
        with open(acknowledged, "wb") as kept:
            process = subprocess.Popen(
                self.command("append", "--acknowledge", "--durability", durability, "--seal-bytes", str(seal_bytes)),
                stdin=subprocess.PIPE, stdout=kept, stderr=subprocess.PIPE)
        timer = None
        if kill_after is not None:
            timer = threading.Timer(kill_after, process.send_signal, [signal.SIGKILL])
            timer.start()
        position = first
        try:
            while position < len(self.lines):
                n = min(len(self.lines) - position, chance.choice([1, 1, 5, 100, 400]))
                self.sent = max(self.sent, position + n)
                process.stdin.write(b"".join(self.lines[position:position + n]))
                process.stdin.flush()
                position += n
            process.stdin.close()
        except BrokenPipeError:
            pass
        code = process.wait()
        if timer:
            timer.cancel()
        complaint = process.stderr.read().decode(errors="replace").strip()[-500:]
        process.stderr.close()
        with open(acknowledged, "rb") as kept:
            # The last number may be cut.
            counts = kept.read().split(b"\n")[:-1]
        if counts:
            self.acknowledged = max(self.acknowledged, first + int(counts[-1]))
        if code == -signal.SIGKILL:
            return True
        if code != 0:
            raise Wrong(f"append exits with {code}: {complaint}")
        return False

    def compare(self):
        """How many lines are there."""
        if not os.path.exists(os.path.join(self.directory, "manifest")):
            found = b""
        else:
            result = subprocess.run(self.command("events"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if result.returncode != 0:
                raise Wrong(f"events exits with {result.returncode}: {result.stderr.decode(errors='replace')[-500:]}")
            found = result.stdout
        count = found.count(b"\n")
        if found != b"".join(self.lines[:count]):
            raise Wrong("events differ from what was sent")
        if count < self.acknowledged:
            raise Wrong(f"{self.acknowledged} lines were acknowledged, and {count} are there")
        if count > self.sent:
            raise Wrong(f"{self.sent} lines were sent, and {count} are there")
        # What was found there is there for good.
        self.acknowledged = count
        return count

    def verify(self):
        result = subprocess.run(self.command("verify"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise Wrong(f"verify exits with {result.returncode}: {(result.stdout + result.stderr).decode()[-500:]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", help="NDJSON, every line an event, no two equal")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    with open(arguments.file, "rb") as file:
        lines = list(dict.fromkeys(line + b"\n" for line in file.read().split(b"\n") if line))
    chance = random.Random(arguments.seed)
    passed = failed = missed = partial = 0
    number = 0
    with tempfile.TemporaryDirectory(prefix="auditstore-kill-") as directory:
        whole = Store(tool, os.path.join(directory, "undisturbed"), lines)
        start = time.monotonic()
        try:
            whole.append(random.Random(1), None, "commit", 1 << 20)
            if whole.compare() != len(lines):
                raise Wrong("not all is there")
            whole.verify()
        except Wrong as wrong:
            print(f"without a kill: {wrong}\n0 passed, 1 failed")
            return 1
        seconds = time.monotonic() - start
        shutil.rmtree(whole.directory)
        print(f"seed {arguments.seed}; {len(lines)} lines take {seconds:.3f} s", flush=True)
        while passed + failed < arguments.kills and missed < 20 * arguments.kills + 100:
            number += 1
            store = Store(tool, os.path.join(directory, str(number)), lines)
            kills = 0
            wanted = min(chance.randint(1, 5), arguments.kills - passed - failed)
            durability = chance.choice(["commit", "commit", "none", "5ms"])
            try:
                for _ in range(wanted):
                    after = chance.uniform(0, seconds)
                    if not store.append(chance, after, durability, chance.choice([20_000, 200_000, 1 << 26])):
                        missed += 1
                        break
                    kills += 1
                    done = store.compare()
                    partial += 0 < done < len(lines)
                store.append(chance, None, durability, 1 << 20)
                if store.compare() != len(lines):
                    raise Wrong("not all is there in the end")
                store.verify()
                passed += kills
            except Wrong as wrong:
                print(f"store {number}, kill {kills}, {durability}: {wrong}", flush=True)
                failed += max(kills, 1)
            shutil.rmtree(store.directory, ignore_errors=True)
            if number % 20 == 0:
                print(f"{passed + failed} of {arguments.kills} kills", flush=True)
    print(f"{number} stores; {partial} kills left a part of the input; {missed} were done before their kill")
    if passed + failed < arguments.kills:
        print("the input is too small: most runs were done before they could be killed")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
