#!/usr/bin/env python3
"""What following a log costs, and how late its events are: `auditstore tail`, and `auditstore events --follow` in other processes.

    tailing.py --auditstore .build/release/auditstore --rate 20000 --seconds 20 metadata.ndjson

Writes real lines to a log at a rate, a hundred times a second. Prints, as JSON: CPU seconds a second and the largest memory of the tail, of a follower of all
events, and of one with a condition that few events fulfil, from when they are warm to the end; the time from a line's write to its being printed by the
follower (median, 99th percentile, largest of those that were sampled); and the CPU of each while nothing happens.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


class Printed(threading.Thread):
    """When the sampled lines are printed."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.times, self.count = process, {}, 0
        self.start()

    def run(self):
        for line in self.process.stdout:
            self.count += 1
            if line.startswith(b'{"sample":'):
                self.times[int(line[10:line.index(b",")])] = time.monotonic()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--idle", type=float, default=20)
    parser.add_argument("file")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    with open(arguments.file, "rb") as file:
        lines = [line for line in file if line.startswith(b'{"')]
    with tempfile.TemporaryDirectory(prefix="auditstore-tailing-", dir=os.environ.get("TMPDIR")) as directory:
        store, logs = os.path.join(directory, "store"), os.path.join(directory, "logs")
        os.makedirs(logs)
        log = open(os.path.join(logs, "audit.log"), "ab", buffering=0)
        log.write(lines[0])
        quiet = ["--quiet", "--store", store]
        processes = {"tail": subprocess.Popen([tool, "tail", *quiet, "--status-file", store + ".status", logs],
                                              stdout=subprocess.DEVNULL)}
        while not os.path.exists(os.path.join(store, "wal", "acknowledged")):
            time.sleep(0.05)
        processes["follower of all"] = subprocess.Popen([tool, "events", *quiet, "--follow"], stdout=subprocess.PIPE)
        processes["follower of few"] = subprocess.Popen(
            [tool, "events", *quiet, "--follow", "--where", 'verb == "deletecollection"'], stdout=subprocess.DEVNULL)
        printed = Printed(processes["follower of all"])
        time.sleep(2)
        before = {name: cpu(process) for name, process in processes.items()}
        time.sleep(arguments.idle)
        idle = {name: (cpu(process) - before[name]) / arguments.idle for name, process in processes.items()}
        written, position, count, bytes = {}, 0, 0, 0
        step = max(1, arguments.rate // 100)
        start = time.monotonic()
        before, warm = None, None
        while (now := time.monotonic()) - start < arguments.seconds:
            if before is None and now - start > 3:
                before, warm = {name: cpu(process) for name, process in processes.items()}, now
            # As a kube-apiserver does: one write a line would measure Python; a hundred writes a second are as many as are told.
            batch = [lines[(position + i) % len(lines)] for i in range(step - 1)]
            position += step - 1
            batch.append(b'{"sample":%d,' % len(written) + lines[0][1:])
            text = b"".join(batch)
            log.write(text)
            written[len(written)] = time.monotonic()
            count += step
            bytes += len(text)
            time.sleep(max(0, start + count / arguments.rate - time.monotonic()))
        end = time.monotonic()
        busy = {name: (cpu(process) - before[name]) / (end - warm) for name, process in processes.items()}
        time.sleep(2)
        late = sorted(printed.times[i] - written[i] for i in written if i in printed.times)
        result = {
            "events": count, "eventsPerSecond": round(count / (end - start)), "bytesPerSecond": round(bytes / (end - start)),
            "printed": printed.count, "sampled": len(written), "samplesPrinted": len(late),
            "milliseconds": {"median": round(late[len(late) // 2] * 1000, 1), "p99": round(late[len(late) * 99 // 100] * 1000, 1),
                             "largest": round(late[-1] * 1000, 1)},
            "cpuBusy": {name: round(value, 3) for name, value in busy.items()},
            "cpuIdle": {name: round(value, 5) for name, value in idle.items()},
            "megabytes": {name: round(memory(process), 1) for name, process in processes.items()},
        }
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait()
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
