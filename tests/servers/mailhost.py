"""A mail server as a process of its own, to be killed: what it has taken it writes down before it says so.

`python -m tests.servers.mailhost PORT FILE` appends a line a mail to the file: recipient, Message-ID, moment.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

from aiosmtpd.smtp import SMTP


class Taker:
    """Writes down what comes."""

    def __init__(self, file: int) -> None:
        self.file = file

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # the name aiosmtpd calls
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        number = next(line[12:] for line in head.splitlines() if line.lower().startswith("message-id: "))
        os.write(self.file, f"{envelope.rcpt_tos[0]} {number} {time.time()}\n".encode())
        return "250 OK"


async def serve(port: int, file: int) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker(file), loop=loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), os.open(sys.argv[2], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)))
