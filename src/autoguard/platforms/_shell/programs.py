"""What command-line programs do, in neutral words: their effect, how telling they are, and their options with values.

Options and subcommands are those of the programs' own manuals (man7.org, curl.se, rclone.org, restic.readthedocs.io,
borgbackup.readthedocs.io, git-scm.com, docs.aws.amazon.com, kubernetes.io; read 2026-11-24).
"""

from typing import NamedTuple

from autoguard.platforms._operations import BOTH, NEITHER, READS, UNKNOWN, WRITES, Effect, effect


class Program(NamedTuple):
    """What a program does. `rank`: how telling it is of a whole command line, 0 for none.

    `verbs` is the number of subcommand words that name the operation; without a fixed `effect` they decide it.
    """

    rank: int
    effect: Effect | None = None
    verbs: int = 0


_BACKUP, _DATABASE, _CLOUD, _TRANSFER, _MESSAGE, _BUILD, _LOCAL = 9, 8, 7, 6, 5, 3, 1
_PACKAGERS = (
    "npm", "pip", "pip3", "yarn", "pnpm", "gem", "cargo", "twine", "mvn", "gradle", "dotnet", "nuget", "poetry", "uv",
    "pipx", "composer", "bundle", "go", "mix", "dart", "flutter",
)  # fmt: skip

PROGRAMS: dict[str, Program] = {
    **dict.fromkeys(
        ("restic", "borg", "borgmatic", "duplicacy", "duplicity", "duplicati", "duplicati-cli", "rustic", "autorestic",
         "resticprofile", "tarsnap", "bup", "rdiff-backup", "rsnapshot", "rclone", "pgbackrest", "barman", "wal-g",
         "litestream", "proxmox-backup-client"),
        Program(_BACKUP, None, 1),
    ),
    **dict.fromkeys(("kopia", "velero"), Program(_BACKUP, None, 2)),
    **dict.fromkeys(
        ("pg_dump", "pg_dumpall", "pg_basebackup", "mysqldump", "mariadb-dump", "mongodump", "mydumper", "mysqlpump",
         "mariabackup", "xtrabackup", "mongoexport", "slapcat", "influxd", "gitlab-backup"),
        Program(_BACKUP, READS),
    ),
    **dict.fromkeys(
        ("pg_restore", "mongorestore", "mongoimport", "mysqlimport", "vacuumdb", "reindexdb", "dropdb", "createdb",
         "myloader", "flyway", "liquibase", "alembic"),
        Program(_DATABASE, WRITES),
    ),
    **dict.fromkeys(
        ("psql", "mysql", "mariadb", "mongosh", "mongo", "sqlite3", "redis-cli", "sqlcmd", "clickhouse-client",
         "influx", "cqlsh"),
        Program(_DATABASE, UNKNOWN),
    ),
    **dict.fromkeys(("aws", "gcloud", "az", "gh", "doctl", "hcloud", "linode-cli", "ibmcloud", "oci"),
                    Program(_CLOUD, None, 2)),
    **dict.fromkeys(("gsutil", "s3cmd", "mc", "b2", "kubectl", "helm", "oc", "flyctl", "fly", "vercel", "netlify",
                     "wrangler", "firebase", "heroku", "vault", "op", "n8n", "wp", "drush", "artisan"),
                    Program(_CLOUD, None, 1)),
    **dict.fromkeys(("rsync", "sftp", "lftp", "ftp", "unison", "ncftpput", "rsync-ssl", "mbsync", "offlineimap"),
                    Program(_TRANSFER, BOTH)),
    "scp": Program(_TRANSFER, BOTH),
    "ssh": Program(_TRANSFER, UNKNOWN),
    "git": Program(_TRANSFER, None, 1),
    **dict.fromkeys(("curl", "wget", "http", "https", "xh", "aria2c"), Program(_TRANSFER)),
    **dict.fromkeys(
        ("mail", "mailx", "mutt", "sendmail", "msmtp", "swaks", "sendemail", "ssmtp", "apprise", "ntfy",
         "telegram-send", "slack-cli", "smtp-cli", "s-nail"),
        Program(_MESSAGE, WRITES),
    ),
    **dict.fromkeys(("terraform", "tofu", "pulumi", "ansible-playbook", "ansible", "cdk", "sls", "serverless",
                     "eksctl", "kustomize", "argocd", "skaffold"), Program(_CLOUD - 1, None, 1)),
    **dict.fromkeys(("docker", "podman", "docker-compose", "podman-compose", "nerdctl", "buildah", "skopeo", "ctr"),
                    Program(_BUILD, None, 1)),
    **dict.fromkeys(_PACKAGERS, Program(_BUILD - 1, None, 1)),
    **dict.fromkeys(("apt", "apt-get", "yum", "dnf", "apk", "brew", "choco", "snap", "pacman", "unattended-upgrade"),
                    Program(_BUILD - 1, None, 1)),
    **dict.fromkeys(("certbot", "acme.sh", "lego", "dehydrated", "freshclam", "getmail", "fetchmail"),
                    Program(_TRANSFER - 1, BOTH)),
    "systemctl": Program(_BUILD, None, 1),
}  # fmt: skip
"""Programs that say what a command line is about."""

VERBS: dict[str, dict[str, Effect]] = {
    "": {
        "backup": WRITES, "create": WRITES, "prune": WRITES, "forget": WRITES, "compact": WRITES, "init": WRITES,
        "restore": READS, "check": READS, "snapshots": READS, "mount": READS, "extract": READS, "stats": READS,
        "snapshot": WRITES, "copy": BOTH, "sync": BOTH, "bisync": BOTH, "move": BOTH, "copyto": BOTH, "moveto": BOTH,
        "dump": READS, "cat": READS, "ls": READS, "lsf": READS, "lsd": READS, "lsl": READS, "cp": BOTH, "mv": BOTH,
        "rsync": BOTH, "mirror": BOTH, "mb": WRITES, "rb": WRITES, "rm": WRITES, "purge": WRITES, "version": NEITHER,
        "help": NEITHER, "archive-push": WRITES, "backup-push": WRITES, "replicate": WRITES, "replicate-push": WRITES,
        "unlock": WRITES, "verify": READS, "info": READS, "list": READS, "archive-get": READS,
    },
    "git": {
        "push": WRITES, "fetch": READS, "clone": READS, "pull": READS, "ls-remote": READS, "submodule": READS,
        "remote": UNKNOWN, "lfs": UNKNOWN,
    },
    "docker": {
        "push": WRITES, "pull": READS, "login": NEITHER, "build": READS, "buildx": UNKNOWN, "run": UNKNOWN,
        "exec": UNKNOWN, "rm": WRITES, "system": WRITES, "volume": WRITES, "image": WRITES, "ps": READS,
        "compose": UNKNOWN, "images": READS, "logs": READS, "inspect": READS, "prune": WRITES, "up": WRITES,
        "down": WRITES, "restart": WRITES, "stop": WRITES, "start": WRITES,
    },
    "kubectl": {"apply": WRITES, "rollout": UNKNOWN, "exec": UNKNOWN, "config": NEITHER, "scale": WRITES},
    "helm": {"upgrade": WRITES, "install": WRITES, "uninstall": WRITES, "repo": READS, "template": NEITHER},
    "terraform": {"apply": WRITES, "destroy": WRITES, "plan": READS, "init": READS, "validate": NEITHER,
                  "fmt": NEITHER},
    "npm": {"publish": WRITES, "ci": READS, "install": READS, "i": READS, "run": UNKNOWN, "test": UNKNOWN,
            "add": READS, "upload": WRITES, "push": WRITES, "restore": READS, "update": READS, "download": READS,
            "build": UNKNOWN, "deploy": WRITES},
    "systemctl": {"start": UNKNOWN, "restart": WRITES, "stop": WRITES, "reload": WRITES, "is-active": READS,
                  "status": READS, "is-failed": READS},
    "n8n": {"export:workflow": READS, "export:credentials": READS, "export:entities": READS, "execute": UNKNOWN,
            "import:workflow": WRITES, "import:credentials": WRITES},
    "apt": {"update": READS, "install": WRITES, "upgrade": WRITES, "add": WRITES},
}  # fmt: skip
"""What subcommands do, where their words alone do not tell; "" holds those of all programs."""

_FAMILY = {
    **dict.fromkeys(("podman", "docker-compose", "podman-compose", "nerdctl", "buildah", "skopeo", "ctr"), "docker"),
    **dict.fromkeys(("oc",), "kubectl"),
    **dict.fromkeys(("tofu",), "terraform"),
    **dict.fromkeys(_PACKAGERS, "npm"),
    **dict.fromkeys(("apt-get", "yum", "dnf", "apk", "brew", "choco", "snap", "pacman"), "apt"),
}  # fmt: skip

NEUTRAL = frozenset(
    {
        "echo", "printf", "cd", "pushd", "popd", "test", "[", "[[", "true", "false", ":", "export", "unset",
        "set", "shopt", "read", "return", "exit", "break", "continue", "shift", "local", "declare", "typeset",
        "readonly", "let", "for", "case", "select", "in", "sleep", "date", "pwd", "ls", "cat", "head", "tail",
        "grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "cut", "tr", "sort", "uniq", "wc", "which",
        "type", "command", "hash", "whoami", "id", "hostname", "uname", "env", "printenv", "basename",
        "dirname", "realpath", "readlink", "seq", "yes", "expr", "bc", "jq", "yq", "xmllint", "diff", "cmp",
        "comm", "file", "stat", "du", "df", "free", "uptime", "ps", "pgrep", "lsof", "wait", "trap", "umask",
        "ulimit", "mktemp", "md5sum", "sha1sum", "sha256sum", "sha512sum", "shasum", "base64", "base32",
        "xxd", "od", "column", "paste", "join", "rev", "nl", "fold", "fmt", "logger", "ping", "dig", "host",
        "nslookup", "ssh-agent", "ssh-add", "ssh-keyscan", "tput", "clear", "stty", "jobs", "alias",
    }
)  # fmt: skip
"""Programs that change nothing outside, and tell nothing of what a command line is about."""

LOCAL_WRITERS = frozenset(
    {
        "rm", "rmdir", "mv", "cp", "ln", "mkdir", "touch", "chmod", "chown", "chgrp", "tar", "gzip", "gunzip",
        "bzip2", "xz", "zstd", "zip", "unzip", "7z", "7za", "dd", "truncate", "shred", "install", "tee",
        "tmpreaper", "tmpwatch", "logrotate", "find", "kill", "pkill", "killall", "crontab", "useradd",
        "usermod", "passwd", "sysctl", "mount", "umount", "split", "cpio", "updatedb", "mandb", "ldconfig",
        "fstrim", "e4defrag", "btrfs", "zfs", "zpool", "lvcreate",
    }
)  # fmt: skip
"""Programs that change files or the state of their own machine."""

INTERPRETERS = frozenset(
    {
        "sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "python", "python2", "python3", "perl", "ruby",
        "node", "nodejs", "deno", "bun", "php", "php-cli", "Rscript", "pwsh", "powershell", "java", "lua",
        "tclsh", "groovy", "osascript",
    }
)  # fmt: skip
"""Programs whose first argument is the script that does the work."""

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ash", "ksh"})

WRAPPERS: dict[str, tuple[str, int]] = {
    "sudo": ("ugpCcDRrTht", 0), "doas": ("uC", 0), "env": ("uSC", 0), "nice": ("n", 0), "ionice": ("cnp", 0),
    "timeout": ("ks", 1), "time": ("fo", 0), "nohup": ("", 0), "setsid": ("", 0), "stdbuf": ("ioe", 0),
    "flock": ("wE", 1), "chronic": ("", 0), "cronic": ("", 0), "exec": ("a", 0), "command": ("", 0), "builtin": ("", 0),
    "xargs": ("IinLPsdaE", 0), "chrt": ("", 1), "taskset": ("", 1), "systemd-cat": ("tp", 0), "setlock": ("", 1),
    "systemd-inhibit": ("", 0), "caffeinate": ("", 0), "unbuffer": ("", 0), "runuser": ("ugG", 0), "gosu": ("", 1),
    "cronitor": ("", 2), "runitor": ("", 0), "cronlog": ("", 0), "cpulimit": ("l", 0), "ssh-agent": ("at", 0),
    "solo": ("", 0), "lckdo": ("W", 1), "ts": ("", 0), "parallel": ("j", 0), "systemd-run": ("pu", 0),
    "pkexec": ("", 0), "dotenv": ("f", 0), "doppler": ("pc", 1), "chpst": ("u", 0), "torsocks": ("", 0),
}  # fmt: skip
"""Programs that run another one: their short options that take a value, and the arguments before the other program."""

REPORTING_WRAPPERS = frozenset({"chronic", "cronic", "cronitor", "runitor"})
"""Wrappers that report when the wrapped command fails."""

CURL_VALUES = frozenset("oHXduTFAebcCKmrtUwxyYzDEQPh")
"""Short options of curl that take a value (curl.se/docs/manpage.html)."""


def operation_effect(program: str, operation: str) -> Effect:
    """What a program's subcommand does, by the tables, else by the words of its name."""
    known = PROGRAMS.get(program)
    if known is None:
        return UNKNOWN
    if known.effect is not None:
        return known.effect
    words = operation.split()
    family = _FAMILY.get(program, program)
    for word in (*words[:1], *reversed(words[1:])):
        found = VERBS.get(family, {}).get(word) or VERBS[""].get(word)
        if found is not None:
            return found
    if family in ("git", "npm", "terraform"):
        return NEITHER if family == "git" else UNKNOWN
    return effect(operation.replace("-", " ").title().replace(" ", ""))
