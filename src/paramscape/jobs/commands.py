"""Adding a command to `paramscape`, with its description and examples."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction


def add_command(
    commands: Commands, name: str, summary: str, description: str, examples: Sequence[str]
) -> argparse.ArgumentParser:
    """Add a command and return its parser.

    Args:
        commands: what `add_subparsers` returned.
        name: the word that is typed.
        summary: one line in the list of commands.
        description: what its own help says first.
        examples: command lines, shown at the end of its help.
    """
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog="\n  ".join(("examples:", *examples)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
