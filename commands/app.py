"""The command line: `python daemon.py [--rules FILE] [--data DIR] COMMAND`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

from commands.house import HouseOf
from commands.output import bear_any_terminal

# Typer is not to ask whether they can be read: what cannot be is said in our own words.
Rules = Annotated[Path, typer.Option("--rules", help="The owner's policy.", readable=False)]
Data = Annotated[Path, typer.Option("--data", help="The data folder.", readable=False)]

VERSION = "0.1.0"  # the package's, too


# Where each command is. Its module is read when it is wanted: the daemon need not carry what the demo needs.
COMMANDS: Mapping[str, str] = {
    "init": "commands.init:init",
    "login": "commands.login:login",
    "run": "commands.run:run",
    "check": "commands.check:check",
    "backtest": "commands.backtest:command",
    "test": "commands.test:command",
    "ledger": "commands.ledger:ledger",
    "status": "commands.status:status",
    "why": "commands.why:why",
    "preview": "commands.preview:show",
    "inspect": "commands.inspect:inspect",
    "report": "commands.report:report",
    "pause": "commands.person:pause",
    "resume": "commands.person:resume",
    "export": "commands.person:export",
    "forget": "commands.person:forget",
    "health": "commands.health:health",
    "demo": "commands.demo.command:demo",
}


class Lazily(TyperGroup):
    """The commands, each made when it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Names alone: they are listed, and suggested for a mistyped one.
        self.commands = cast(Any, dict.fromkeys(COMMANDS))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cmd_name)(getattr(import_module(module), function))
        return get_command(alone)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command, unless an option that belongs in front of it comes behind."""
        found = super().resolve_command(ctx, args)
        behind = [one.partition("=")[0] for one in args[1 : args.index("--") if "--" in args else None]]
        for option in ("--rules", "--data"):
            if option in behind:
                ctx.fail(f"{option} goes in front of the command: {option} ... {found[0]}")
        return found


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"keepwarm {VERSION}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version, and exit.")
]


def build(house_of: HouseOf) -> typer.Typer:
    """The application; `house_of` makes the parts from the rules file and the data folder."""
    app = typer.Typer(
        name="keepwarm",
        cls=Lazily,
        help="Keeps working relationships warm: reads the shared inbox, so that nobody goes quiet.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        context: typer.Context,
        rules: Rules = Path("rules.yaml"),
        data: Data = Path("data"),
        version: Version = False,
    ) -> None:
        bear_any_terminal()
        context.obj = house_of(rules, data)

    return app
