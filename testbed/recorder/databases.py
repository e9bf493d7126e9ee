"""A database server of an instance's own, in the instance's folder, that can be put back into its first state."""
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path


def wait_until(ready, seconds=60):
    end = time.time() + seconds
    while not ready():
        if time.time() > end:
            raise TimeoutError(f"not ready after {seconds} s")
        time.sleep(0.2)


class Postgres:
    """Listens on 127.0.0.1 and on a socket in its folder; the role and the database are `app`, the password `app`."""

    def __init__(self, folder, port):
        self.folder, self.port = folder / "postgres", port
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))

    def _as_postgres(self, *command, text=None):
        command = ["runuser", "-u", "postgres", "--", *map(str, command)]
        return subprocess.run(command, check=True, input=text, text=True, capture_output=True, cwd="/")

    def start(self):
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            shutil.chown(self.folder, "postgres", "postgres")
            self._as_postgres(self.bin / "initdb", "-D", self.folder / "data", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
        if (self.folder / "data" / "postmaster.pid").exists():  # left by a recording that was broken off
            self.stop()
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c jit=off -c timezone=UTC -c log_timezone=UTC"
        self._as_postgres(self.bin / "pg_ctl", "-w", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "start")
        if not self._as_postgres(*self._psql, "-Atc", "SELECT 1 FROM pg_roles WHERE rolname = 'app'").stdout:
            self.sql("CREATE ROLE app LOGIN SUPERUSER PASSWORD 'app'; ")
            self.sql("CREATE DATABASE app OWNER app")
        self.pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def _psql(self):
        return [self.bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port, "-U", "postgres"]

    def sql(self, text, database="postgres"):
        return self._as_postgres(*self._psql, "-d", database, text=text)

    def keep(self):
        """What the database holds now is its first state."""
        self.sql("DROP DATABASE IF EXISTS first WITH (FORCE)")
        self.sql("CREATE DATABASE first TEMPLATE app OWNER app")

    def reset(self):
        self.sql("DROP DATABASE IF EXISTS app WITH (FORCE)")
        self.sql("CREATE DATABASE app TEMPLATE first OWNER app")

    @property
    def dump(self):
        return f"{self.bin}/pg_dump -h 127.0.0.1 -p {self.port} -U app app"

    def stop(self):
        self._as_postgres(self.bin / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "stop")


# Several at a time were seen to fail.
INSTALLING = threading.Lock()


class MariaDb:
    """Listens on a socket in its folder alone; the user and the database are `app`, the password `app`."""

    def __init__(self, folder, port):
        self.folder, self.socket = folder / "mariadb", folder / "mariadb" / "db.sock"
        self._server = None

    def start(self):
        if not self.folder.exists():
            with INSTALLING:
                self._install()
        options = [f"--datadir={self.folder}/data", f"--socket={self.socket}", "--skip-networking", f"--pid-file={self.folder}/pid",
                   "--innodb-buffer-pool-size=64M", "--default-time-zone=+00:00", "--user=mysql", f"--log-error={self.folder}/log"]
        self._server = subprocess.Popen(["mariadbd", "--no-defaults", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((self.folder / "pid").exists)
        self.sql("CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4; GRANT ALL ON app.* TO app@localhost IDENTIFIED BY 'app'")
        self.pid = self._server.pid

    def _install(self):
        self.folder.mkdir(parents=True)
        shutil.chown(self.folder, "mysql", "mysql")
        command = ["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={self.folder}/data", "--skip-test-db"]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            shutil.rmtree(self.folder)  # half a database would be taken for one
            raise RuntimeError(f"mariadb-install-db failed with {done.returncode}: {done.stdout[-2000:]}")

    def sql(self, text, database=""):
        command = ["mariadb", "--no-defaults", "-u", "root", "-S", self.socket, *([database] if database else [])]
        subprocess.run(command, input=text.encode() if isinstance(text, str) else text, check=True, capture_output=True)

    def keep(self):
        command = ["mariadb-dump", "--no-defaults", "-u", "root", "-S", self.socket, "app"]
        (self.folder / "first.sql").write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)

    def reset(self):
        self.sql("DROP DATABASE app; CREATE DATABASE app CHARACTER SET utf8mb4")
        self.sql((self.folder / "first.sql").read_bytes(), "app")

    @property
    def dump(self):
        return f"mariadb-dump --no-defaults -u app -papp -S {self.socket} app"

    def stop(self):
        if self._server is None:
            return
        self._server.terminate()
        self._server.wait()
        if os.path.exists(self.folder / "pid"):
            os.unlink(self.folder / "pid")
