"""How gunicorn serves the web: read by the Dockerfile's command. GUNICORN_CMD_ARGS says what differs in a service."""

bind = "0.0.0.0:8000"
worker_class = "gthread"

# One process a core. Threads x workers, Celery's connections included, stay below PostgreSQL's max_connections.
workers = 2
threads = 4

# A connection that the proxy keeps is closed by the proxy: were it closed here, what is sent at that moment were lost.
keepalive = 75

# Born anew so seldom that on election day, at hundreds of questions a second, it is not both and not every ten seconds.
max_requests = 100_000
max_requests_jitter = 50_000

# The program is read before the processes part: one that died is replaced at once, and they share what they read.
preload_app = True

accesslog = None  # the proxy writes one, without searches and secrets; gunicorn's would have them
worker_tmp_dir = "/dev/shm"  # noqa: S108 - heartbeats; the container's own, and in memory
control_socket_disable = True
