"""The command line: `python daemon.py [--rules FILE] [--data DIR] COMMAND`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from commands import (
    backtest,
    check,
    health,
    init,
    inspect,
    ledger,
    login,
    person,
    preview,
    report,
    run,
    status,
    test,
    why,
)
from commands.demo import command as demo
from commands.house import HouseOf
from commands.output import bear_any_terminal

Rules = Annotated[Path, typer.Option("--rules", help="The owner's policy.", show_default=True)]
Data = Annotated[Path, typer.Option("--data", help="The data folder.", show_default=True)]


COMMANDS: Mapping[str, Callable[..., None]] = {
    "init": init.init,
    "login": login.login,
    "run": run.run,
    "check": check.check,
    "backtest": backtest.command,
    "test": test.command,
    "ledger": ledger.ledger,
    "status": status.status,
    "why": why.why,
    "preview": preview.show,
    "inspect": inspect.inspect,
    "report": report.report,
    "pause": person.pause,
    "resume": person.resume,
    "export": person.export,
    "forget": person.forget,
    "health": health.health,
    "demo": demo.demo,
}


def build(house_of: HouseOf) -> typer.Typer:
    """The application; `house_of` makes the parts from the rules file and the data folder."""
    app = typer.Typer(
        name="keepwarm",
        help="Keeps working relationships warm: reads the shared inbox, so that nobody goes quiet.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(context: typer.Context, rules: Rules = Path("rules.yaml"), data: Data = Path("data")) -> None:
        bear_any_terminal()
        context.obj = house_of(rules, data)

    for name, command in COMMANDS.items():
        app.command(name)(command)
    return app
