# A serial port without hardware: a pseudo-terminal whose other end is standard input and output. Says its path on standard
# error. When this program ends, the port is gone, as if it had been pulled out.
import os
import pty
import select
import sys
import tty

master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), file=sys.stderr, flush=True)
while True:
    ready, _, _ = select.select([0, master], [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            break
        while data:
            data = data[os.write(master, data):]
    if master in ready:
        os.write(1, os.read(master, 65536))
