"""What a recorded application declares, and one running instance of it."""
import os
import random
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from .databases import wait_until

KEEPER = Path(__file__).parent / "keeper.sh"


@dataclass
class Application:
    """One application: how it is installed, started, put back, used and attacked. Each folder of `applications` declares one."""

    name: str
    database: type  # Postgres or MariaDb
    prepare: object  # prepare(instance): installs what is missing, writes the configuration, seeds the database; once an instance
    server: object  # server(instance): the command that serves on 127.0.0.1:instance.port in the foreground
    ready: str  # a path that answers when the server is up
    access_log: str  # in the instance's folder; JSON or combined lines
    actions: list  # (weight, async action(user)) of everyday users
    login: object  # async login(client, person)
    people: list  # Person, the first is an administrator
    pages: list  # addresses that anybody visits
    attacks: object  # an attacks.Surface: where this application can be attacked
    odd_actions: list = field(default_factory=list)  # of honest users, in test episodes alone
    others: list = field(default_factory=list)  # (seconds between, async act(episode)): webhooks, API clients, crawlers
    jobs: object = None  # jobs(instance): shell commands that run beside the server (cron, backup)
    reset_files: object = None  # reset_files(instance)
    packages: tuple = ()  # Debian packages
    debconf: tuple = ()  # answers to what they ask when they are installed


@dataclass(frozen=True)
class Person:
    login: str
    password: str
    name: str


class Instance:
    """A server under a keeper, its database, its folder."""

    def __init__(self, application, folder, port):
        self.application, self.folder, self.port = application, folder, port
        self.address, self.named = f"http://127.0.0.1:{port}", f"http://{application.name}.test:{port}"
        self.database = application.database(folder, port + 500)
        self._fifo, self.keeper = folder / "keeper.fifo", None

    def prepare(self):
        for part in ("log", "files", "tmp"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
            os.chown(self.folder / part, 33, 33)  # www-data, who serves
        self.database.start()
        if not (self.folder / "prepared").exists():
            self.application.prepare(self)
            self.database.keep()
            (self.folder / "prepared").touch()

    def reset(self):
        """First state: the server stopped, the database and the uploaded files as they were seeded."""
        self.close_server()
        self.database.reset()
        for file in (self.folder / "files").rglob("*"):
            if file.is_file():
                file.unlink()
        if self.application.reset_files:
            self.application.reset_files(self)

    def open_keeper(self):
        self._fifo.unlink(missing_ok=True)
        os.mkfifo(self._fifo)
        command, environment = self.application.server(self)
        plain = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "HOME": "/var/www", "TZ": "UTC"}
        with open(self.folder / "log" / "server", "ab") as log:
            arguments = [str(KEEPER), str(self._fifo), *map(str, command)]
            self.keeper = subprocess.Popen(arguments, env=plain | environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._commands = open(self._fifo, "r+b", buffering=0)

    def tell(self, line):
        self._commands.write(line.encode() + b"\n")

    def wait_ready(self):
        wait_until(self._answers, 300)  # a traced start on a busy machine

    def _answers(self):
        try:
            urllib.request.urlopen(self.address + self.application.ready, timeout=20).read()
            return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            time.sleep(0.3)
            return False

    def warm(self):
        """Asks for the ordinary pages a few times: what a server does only just after its start is then behind it."""
        for page in self.application.pages * 3:
            urllib.request.urlopen(self.address + page, timeout=60).read()

    def close_server(self):
        if self.keeper:
            self.tell("quit")
            self.keeper.wait(60)
            self._commands.close()
            self.keeper = None

    def close(self):
        self.close_server()
        self.database.stop()


def descendants(pid):
    """The process and all below it."""
    try:
        children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:  # it has just ended
        return []
    return [pid, *(each for child in children for each in descendants(int(child)))]


def as_www_data(*command):
    return ["setpriv", "--reuid=33", "--regid=33", "--clear-groups", *command]


def seeded(*parts):
    return random.Random(":".join(map(str, parts)))
