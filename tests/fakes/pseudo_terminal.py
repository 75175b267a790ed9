"""A pseudo-terminal for a fake instrument: prints the path of the port, then carries bytes between it and the pipes."""

import os
import pty
import select
import sys
import tty

master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), file=sys.stderr, flush=True)
while True:
    readable, _, _ = select.select([0, master], [], [])
    if 0 in readable:
        data = os.read(0, 65536)
        if not data:
            break
        while data:
            data = data[os.write(master, data):]
    if master in readable:
        os.write(1, os.read(master, 65536))
