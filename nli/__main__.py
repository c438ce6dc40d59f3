"""The `nli` command: Ctrl-C ends it in one line from its first import on."""

import sys


def main() -> None:
    try:
        from nli.cli import main as command

        command()
    except KeyboardInterrupt:
        print("nli: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
