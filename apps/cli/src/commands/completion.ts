import process from 'node:process';

import { Argument, Command } from 'commander';

import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { placesOf } from '../completion/places.js';
import { zshScript } from '../completion/zsh.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Prints a script for the shell; what it offers is read from the program that the command belongs to. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('A script with which a shell completes commands, options and their values.')
    .addArgument(new Argument('<SHELL>', 'whose script').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
  source <(plimsoll completion bash)        in ~/.bashrc
  source <(plimsoll completion zsh)         in ~/.zshrc, after compinit
  plimsoll completion fish | source         in ~/.config/fish/config.fish`,
    )
    .action((shell: keyof typeof SCRIPTS, _options: object, command: Command) => {
      process.stdout.write(SCRIPTS[shell](placesOf(command.parent!)));
    });
}
