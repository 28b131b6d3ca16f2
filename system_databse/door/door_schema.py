"""The schema of door.db, as migrations: written by the API alone, so that the engine never waits for a request.

Times are TEXT ISO-Z of the machine's clock, not of the market's.
"""

from database.bars.schema_library import Database, Migrations

APPLICATION_ID = 0x41544452  # "ATDR"

migrations = Migrations("door")

_TABLES = (
    # kind: kiosk (loopback), lan, or device (a browser that has logged in before; it opens nothing by itself).
    """CREATE TABLE sessions(
        token_sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK(kind IN('kiosk','lan','device')),
        created_at TEXT NOT NULL, last_seen_at TEXT NOT NULL, expires_at TEXT NOT NULL,
        address TEXT NOT NULL, user_agent TEXT NOT NULL DEFAULT '', revoked_at TEXT)""",
    """CREATE TABLE auth_lockouts(
        principal TEXT PRIMARY KEY, failures INTEGER NOT NULL DEFAULT 0, last_failed_at TEXT, locked_until TEXT)""",
    """CREATE TABLE api_keys(
        id INTEGER PRIMARY KEY, name TEXT, key_sha256 TEXT UNIQUE NOT NULL, scopes TEXT NOT NULL DEFAULT 'read',
        created_at TEXT, last_used_at TEXT, revoked_at TEXT)""",
    """CREATE TABLE audit(
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, principal TEXT NOT NULL, address TEXT NOT NULL,
        act TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL)""",
    "CREATE INDEX ix_audit_at ON audit(at)",
    """CREATE TABLE webhook_inbox(
        delivery_id TEXT PRIMARY KEY, body TEXT NOT NULL, received_at TEXT NOT NULL, state TEXT NOT NULL)""",
    "CREATE TABLE control(key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


@migrations()
def create_door(database: Database) -> None:
    """Create every table of the first version."""
    for statement in _TABLES:
        database.execute(statement)


@migrations()
def m002_wishes(database: Database) -> None:
    """Keep what another process wishes of the running program, until it has taken it up."""
    database.execute(
        "CREATE TABLE wishes(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, at TEXT NOT NULL,"
        " by TEXT NOT NULL, act TEXT NOT NULL, body TEXT NOT NULL)"
    )


@migrations()
def m003_api_keys(database: Database) -> None:
    """Give the keys of other programs a readable id and an end; the first version of the table was never written."""
    database.execute("DROP TABLE api_keys")
    database.execute(
        "CREATE TABLE api_keys(id TEXT PRIMARY KEY, name TEXT NOT NULL, key_sha256 TEXT UNIQUE NOT NULL,"
        " scopes TEXT NOT NULL DEFAULT 'read' CHECK(scopes = 'read'), created_at TEXT NOT NULL,"
        " expires_at TEXT NOT NULL, last_used_at TEXT, revoked_at TEXT)"
    )


@migrations()
def m004_watched_sessions(database: Database) -> None:
    """Keep when a session's live feed was last seen open: the own screen shows it for longer than it acts."""
    database.execute("ALTER TABLE sessions ADD COLUMN watched_at TEXT")
