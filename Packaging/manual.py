"""Writes the man pages of the command, one for each subcommand, from its help.

    imprint --experimental-dump-help | python manual.py FOLDER VERSION DATE

argument-parser's own generator runs lines of examples together, so the pages are written here. Nothing is needed but Python.
"""

import json
import pathlib
import re
import sys


def escaped(text):
    """Text with what roff would read as a request or a special character made literal."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def joined(text):
    return escaped(" ".join(text.split()))


def discussion(text):
    """Yields the roff lines of a discussion: paragraphs, headings in capitals, and lines to keep as they are."""
    is_literal = False
    for line in text.splitlines():
        is_table = re.search(r"\S {2,}\S", line) and len(line) <= 80
        if is_literal and line and not (line.startswith("  ") or is_table):
            yield ".fi"
            is_literal = False
        if not line:
            yield "\\&" if is_literal else ".PP"
        elif re.fullmatch("[A-Z ]+", line):
            yield f'.SH "{line}"'
        elif line.startswith("  ") or is_table:
            if not is_literal:
                yield ".nf"
                is_literal = True
            yield escaped(line)
        else:
            yield joined(line)
    if is_literal:
        yield ".fi"


def spelled(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def value(argument):
    return f"\\fI{escaped(argument['valueName'])}\\fR"


def option(argument):
    """Yields the entry of an option, a flag or a positional argument."""
    yield ".TP"
    if argument["kind"] == "positional":
        yield value(argument)
    else:
        names = ", ".join(f"\\fB{escaped(spelled(name))}\\fR" for name in argument["names"])
        yield names if argument["kind"] == "flag" else f"{names} {value(argument)}"
    words = argument.get("abstract", "")
    if argument["kind"] != "flag" and argument.get("defaultValue"):
        words += f" (default: {argument['defaultValue']})"
    values = argument.get("allValues")
    if values:
        words += f" (values: {', '.join(values)})"
    yield joined(words) or "\\&"


def with_opposites(arguments):
    """The arguments, with `--x` and `--no-x` as one entry."""
    merged = []
    for argument in arguments:
        names = [name["name"] for name in argument.get("names", [])]
        before = merged[-1] if merged else None
        if before and before["kind"] == "flag" and names == ["no-" + before["preferredName"]["name"]]:
            merged[-1] = {**before, "names": before["names"] + argument["names"]}
        else:
            merged.append(argument)
    return merged


def shown(items):
    return [item for item in items if item.get("shouldDisplay", True) and item.get("commandName") != "help"]


def synopsis(command, words):
    line = f"\\fB{escaped(' '.join(words))}\\fR"
    if shown(command.get("subcommands", [])):
        line += " \\fIsubcommand\\fR"
    arguments = shown(command.get("arguments", []))
    if any(argument["kind"] != "positional" for argument in arguments):
        line += " [\\fIoptions\\fR]"
    for argument in arguments:
        if argument["kind"] == "positional":
            line += f" {value(argument)}" + (" \\&..." if argument["isRepeating"] else "")
    return line


def page(command, words, version, date):
    name = "-".join(words)
    abstract = command.get("abstract", "").rstrip(".")
    yield f'.TH {escaped(name.upper())} 1 "{date}" "imprint {version}" "User Commands"'
    yield ".SH NAME"
    yield f"{escaped(name)} \\- {joined(abstract[:1].lower() + abstract[1:])}"
    yield ".SH SYNOPSIS"
    yield synopsis(command, words)

    # The examples follow the options, as in other pages.
    text = command.get("discussion", "")
    start = re.search("^EXAMPLES$", text, flags=re.M)
    before, after = (text[: start.start()], text[start.start() :]) if start else (text, "")
    if before.strip():
        yield ".SH DESCRIPTION"
        yield from discussion(before.strip())

    subcommands = shown(command.get("subcommands", []))
    if subcommands:
        yield ".SH SUBCOMMANDS"
        for other in subcommands:
            yield ".TP"
            yield f"\\fB{escaped('-'.join(words + [other['commandName']]))}\\fR(1)"
            yield joined(other.get("abstract", ""))

    title = None
    arguments = shown(command.get("arguments", []))
    arguments = with_opposites(sorted(arguments, key=lambda argument: argument.get("sectionTitle") is None))
    for argument in arguments:
        section = argument.get("sectionTitle", "Options" if argument["kind"] != "positional" else "Arguments")
        if section != title:
            yield f'.SH "{escaped(section.upper())}"'
            title = section
        yield from option(argument)
    yield from discussion(after.strip())

    others = [words[:-1]] if len(words) > 1 else []
    if others:
        yield ".SH SEE ALSO"
        yield ", ".join(f"\\fB{escaped('-'.join(other))}\\fR(1)" for other in others)


def pages(command, words=()):
    """Yields each command with the words that call it."""
    words = [*words, command["commandName"]]
    yield command, words
    for other in shown(command.get("subcommands", [])):
        yield from pages(other, words)


def main(folder, version, date):
    target = pathlib.Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for command, words in pages(json.load(sys.stdin)["command"]):
        text = "\n".join(page(command, words, version, date)) + "\n"
        (target / f"{'-'.join(words)}.1").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
