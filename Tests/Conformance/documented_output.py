#!/usr/bin/env python3
"""The output that a document shows is what its commands print.

    documented_output.py --auditstore PATH --log FILE [--schema NAME] DOCUMENT.md … [--update]

Loads FILE, or all files of a directory, into a new store, runs each command of the ```console blocks (lines that begin with `$ `, continued by a backslash at their
end), and compares what it prints with what the document shows below it. With --update the document gets it.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--auditstore", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--schema", default="kubernetes")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("documents", nargs="+")
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp()
    passed = failed = 0
    try:
        os.symlink(os.path.abspath(arguments.auditstore), os.path.join(directory, "auditstore"))
        environment = {**os.environ, "AUDITSTORE_DIR": os.path.join(directory, "store"), "LC_ALL": "C.UTF-8",
                       "PATH": directory + os.pathsep + os.environ["PATH"]}
        for command in (["ingest", "--schema", arguments.schema, arguments.log], ["compact"]):
            subprocess.run(["auditstore", *command, "--quiet"], env=environment, check=True, capture_output=True)
        for document in arguments.documents:
            with open(document, encoding="utf-8") as file:
                text = file.read()

            def block(match):
                nonlocal passed, failed
                shown = ""
                for command, output in re.findall(r"^(\$ (?:[^\n]*\\\n)*[^\n]*\n)((?:(?!\$ )[^\n]*\n)*)", match.group(2), re.M):
                    result = subprocess.run(["bash", "-o", "pipefail", "-c", command[2:]], env=environment, capture_output=True)
                    found = "".join(line.rstrip() + "\n" for line in result.stdout.decode().split("\n")[:-1])
                    if result.returncode == 0 and found == output:
                        passed += 1
                    elif result.returncode == 0 and arguments.update:
                        passed += 1
                        print(f"updated {command[2:].strip()}")
                    else:
                        failed += 1
                        print(f"FAIL {document}: {command.strip()}\n{result.stderr.decode()}found:\n{found}")
                    shown += command + found
                return match.group(1) + (shown if arguments.update else match.group(2)) + match.group(3)

            new = re.sub(r"(^```console\n)(.*?)(^```$)", block, text, flags=re.M | re.S)
            if arguments.update:
                with open(document, "w", encoding="utf-8") as file:
                    file.write(new)
    finally:
        shutil.rmtree(directory)
    print(f"{passed} passed, {failed} failed")
    sys.exit(0 if failed == 0 and passed > 0 else 1)


if __name__ == "__main__":
    main()
