"""Django's PostgreSQL, which knows without asking whether a connection that it kept still stands."""
