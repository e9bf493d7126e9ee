import type { Command, Option } from 'commander';

/** A word that a shell offers, and what it is for. */
export interface Offer {
  readonly word: string;
  readonly description: string;
}

/** An option, by its long name. */
export interface OptionOffer extends Offer {
  readonly takesValue: boolean;
  /** The values that it accepts; empty where anything may be given, or nothing. */
  readonly choices: readonly string[];
}

/** What can follow on a command line: after `plimsoll` (path empty), after `plimsoll profiles`, and so on. */
export interface Place {
  readonly path: readonly string[];
  /** Commands, and the values of an argument that takes only certain ones. */
  readonly words: readonly Offer[];
  readonly options: readonly OptionOffer[];
}

/** Every place of the command and of all below it, outermost first. */
export function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const place: Place = {
    path,
    words: [
      ...below.map((each) => ({ word: each.name(), description: firstSentence(each.description()) })),
      ...command.registeredArguments.flatMap(({ argChoices, description }) =>
        (argChoices ?? []).map((word) => ({ word, description: firstSentence(description) })),
      ),
    ],
    options: help.visibleOptions(command).map(offerOf),
  };
  return [place, ...below.flatMap((each) => placesOf(each, [...path, each.name()]))];
}

function offerOf(option: Option): OptionOffer {
  return {
    word: option.long ?? option.short ?? option.flags,
    description: firstSentence(option.description),
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}

/** Quoted for any shell, the paths of all commands: names are the program's own, and plain. */
export function quotedPaths(places: readonly Place[]): string[] {
  return places.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
}

/** A list has one line for each. */
function firstSentence(text: string): string {
  return text.split(/[.;:]\s|\n/, 1)[0]!.replace(/\.$/, '');
}
