"""For container health checks: `check_health.py web|worker|beat` ends with 0 when that process can work."""

import os
import socket
import subprocess
import sys
import urllib.request


def web() -> bool:
    """The page that asks nothing of other servers, addressed as the proxy would."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers=headers)
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - a fixed address
        return answer.status == 200


def worker() -> bool:
    """The worker of this very container answers over the broker."""
    name = f"celery@{socket.gethostname()}"
    command = ["celery", "-A", "config", "inspect", "ping", "--timeout", "8", "-d", name]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


def beat() -> bool:
    """Beat has no port and no file; what it can lack, while it lives, is the broker."""
    import redis

    return bool(redis.from_url(os.environ["REDIS_URL"], socket_timeout=4).ping())


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
