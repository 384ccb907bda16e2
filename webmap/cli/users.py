"""``stationmap user``: accounts of those who work behind the login."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from geodata.errors import NotFoundError, ValueUnusableError
from geodata.messages import Message
from geodata.store import BatchInfo, Store, User
from geodata.store.accounts import account_name
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.settings import Settings
from webmap.staff.passwords import hash_password

_from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input. 从标准输入读取密码"
)


@click.group()
def user() -> None:
    """Accounts of staff. 工作人员账号."""


@user.command()
@click.argument("name", metavar="NAME")
@_from_stdin
def add(name: str, *, password_stdin: bool) -> None:
    """Add the account NAME; asks for its password twice. 添加账号."""
    name = account_name(name)
    with settings_store() as opened:
        opened.state()  # a store that cannot be used is told before anybody thinks of a password
        hashed = _password(name, stdin=password_stdin)
        with opened.write(_info()) as writer:
            made = writer.add_user(name, hashed)
    say(Message("user_added", {"name": made.name}))


@user.command("list")
def list_() -> None:
    """List all accounts. 列出账号."""
    with settings_store() as opened:
        found = opened.users()
    for account in found:
        say(_line(account))
    if not found:
        say(Message("users_none"), error=True)


@user.command()
@click.argument("name", metavar="NAME")
def disable(name: str) -> None:
    """Shut the account NAME out; it is logged out at once. 停用账号."""
    with settings_store() as opened, opened.write(_info()) as writer:
        after = writer.disable_user(name)
    say(Message("user_disabled", {"name": after.name}))


@user.command()
@click.argument("name", metavar="NAME")
def enable(name: str) -> None:
    """Let the account NAME in again. 启用账号."""
    with settings_store() as opened, opened.write(_info()) as writer:
        after = writer.disable_user(name, disabled=False)
    say(Message("user_enabled", {"name": after.name}))


@user.command()
@click.argument("name", metavar="NAME")
@_from_stdin
def password(name: str, *, password_stdin: bool) -> None:
    """Give the account NAME a new password; it is logged out everywhere. 更改密码."""
    with settings_store() as opened:
        known = _known(opened, name)
        hashed = _password(known.name, stdin=password_stdin)
        with opened.write(_info()) as writer:
            after = writer.set_password(known.name, hashed)
    say(Message("user_password_changed", {"name": after.name}))


def _known(opened: Store, name: str) -> User:
    found = opened.user(name)
    if found is None:
        raise NotFoundError("user_unknown", name=name)
    return found


def _password(name: str, *, stdin: bool) -> str:
    """Return the hash of a password that is strong enough, read from standard input or asked for twice."""
    if stdin:
        given = sys.stdin.readline().rstrip("\r\n")
        if not given:
            raise ValueUnusableError("password_none")
        return hash_password(given, name)
    while True:
        given = click.prompt(_asked("ask_password"), hide_input=True, err=True)
        try:
            hashed = hash_password(given, name)
        except ValueUnusableError as error:  # a person may try again
            say(error.message, error=True)
            continue
        if click.prompt(_asked("ask_password_again"), hide_input=True, err=True) == given:
            return hashed
        say(Message("passwords_differ"), error=True)


def _asked(code: str) -> str:
    return Message(code).text(language())


def _info() -> BatchInfo:
    return BatchInfo("user", actor())


def _line(account: User) -> Message:
    params = {"name": account.name, "created": _day(account.created_at)}
    if account.disabled_at is not None:
        return Message("user_line_disabled", params | {"disabled": _day(account.disabled_at)})
    return Message("user_line", params | {"changed": _day(account.password_changed_at)})


def _day(moment: datetime) -> str:
    return moment.astimezone(Settings.load().place.tz).strftime("%Y-%m-%d")
