"""Adds the completion of files to argument-parser's completion scripts.

    python completions.py SHELL HELP <SCRIPT

SHELL is bash, zsh or fish; HELP is the file that `imprint --experimental-dump-help` prints. The generated scripts complete
nothing where a file is expected, and so take away what the shell does on its own. Fails if a script has changed so much that
there is nothing to replace.
"""

import json
import re
import sys

# The names that the help gives to the values of options that are files or folders.
FILES = {"file", "folder", "path", "base> <head"}
# Positional arguments that are not files.
WORDS = {("help", "subcommands"), ("rename-labels", "labels")}


def commands(command, words=()):
    """Yields the words that call each command, and its arguments that are files."""
    words = [*words, command["commandName"]]
    files = [argument for argument in command.get("arguments", []) if is_file(argument, command["commandName"])]
    yield words, files
    for other in command.get("subcommands", []):
        if other["shouldDisplay"]:
            yield from commands(other, words)


def is_file(argument, command):
    if argument["kind"] == "positional":
        return (command, argument["valueName"]) not in WORDS
    return argument["kind"] == "option" and argument["valueName"] in FILES


def spelled(argument):
    return [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]]


def function(script, words, name="_{}"):
    """The start and the end of the function of a command in a script of bash or zsh."""
    start = script.index("\n" + name.format("_".join(words)) + "() {\n")
    return start, script.index("\n}\n", start)


def replaced(text, old, new):
    if old not in text:
        sys.exit(f"the completion script has no {old!r}: argument-parser writes another one than expected")
    return text.replace(old, new)


def bash(script, words, files):
    start, end = function(script, words)
    body = script[start:end]
    for argument in files:
        if argument["kind"] == "option":
            names = "|".join(f"'{name}'" for name in spelled(argument))
            body = replaced(body, f"    {names})\n        return\n", f"    {names})\n        {ADD_FILES}\n        return\n")
    # Values of other options returned before. What is left is a positional argument, or the start of an option.
    if any(argument["kind"] == "positional" for argument in files):
        body += f'\n    [[ "${{cur}}" = -* || "${{positional_number}}" -lt 1 ]] || {ADD_FILES}'
    return script[:start] + body + script[end:]


ADD_FILES = "__imprint_add_completions -f"


def zsh(script, words, files):
    start, end = function(script, words)
    body = script[start:end]
    for argument in files:
        value = argument["valueName"]
        if argument["kind"] == "option":
            body = re.sub(rf"(?m)^(.*[{{('*,]{spelled(argument)[0]}[\[,}}].*:{re.escape(value)}:)'$", r"\1_files'", body)
            if f"{value}:_files'" not in body:
                sys.exit(f"the completion script has no {value!r} of {' '.join(words)}")
        else:
            star = "*" if argument["isRepeating"] else ""
            body = replaced(body, f"'{star}:{value}:'", f"'{star}:{value}:_files'")
    return script[:start] + body + script[end:]


def fish(script, words, files):
    command = " ".join(words)
    for argument in files:
        if argument["kind"] == "option":
            name = argument["preferredName"]["name"]
            start = f"complete -c 'imprint' -n '__imprint_should_offer_completions_for_flags_or_options \"{command}\""
            script, count = re.subn(rf"(?m)^({re.escape(start)}.* -l '{name}' .*) -rfka ''$", r"\1 -rF", script)
            if count != 1:
                sys.exit(f"the completion script has no --{name} of {command}")
    positional = sum(argument["kind"] == "positional" for argument in files)
    if positional:
        is_repeating = any(argument["kind"] == "positional" and argument["isRepeating"] for argument in files)
        count = "-ge 1" if is_repeating else f"-le {positional}"
        script += f"complete -c 'imprint' -n '__imprint_should_offer_completions_for_positional \"{command}\" {count}' -F\n"
    return script


def main(shell, help_file):
    # A script that is sourced needs no interpreter; zsh's first line means something else.
    script = sys.stdin.read().removeprefix("#!/bin/bash\n")
    with open(help_file, encoding="utf-8") as file:
        command = json.load(file)["command"]
    for words, files in commands(command):
        if files:
            script = {"bash": bash, "zsh": zsh, "fish": fish}[shell](script, words, files)
    sys.stdout.write(script)


if __name__ == "__main__":
    main(*sys.argv[1:])
