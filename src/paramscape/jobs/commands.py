"""How a command of `paramscape` is added: with its description and examples."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction


def add_command(
    commands: Commands, name: str, summary: str, description: str, *examples: str
) -> argparse.ArgumentParser:
    """Add a command.

    Args:
        commands: those that there are.
        name: of the command.
        summary: one line for the list of commands.
        description: what it does, for its own help.
        examples: command lines.
    """
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog="\n  ".join(("examples:", *examples)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
