"""The least that click can be: one command with one option."""

import click


@click.command()
@click.option("--name", help="Whom to greet.")
def main(name: str) -> None:
    """Greet somebody."""
    click.echo(f"Hello {name}")


if __name__ == "__main__":
    main()
