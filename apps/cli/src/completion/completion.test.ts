import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/plimsoll.js', import.meta.url));

async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args);
  if (stderr !== '') throw new Error(`${program}: ${stderr}`);
  return stdout;
}

interface Listed {
  readonly path: readonly string[];
  readonly commands: readonly string[];
  readonly options: readonly string[];
}

/** What `--help` lists of a command and of those below it: commands, and options by their long names. */
async function listed(path: readonly string[] = []): Promise<Listed[]> {
  const help = await run(process.execPath, [BIN, ...path, '--help']);
  const section = (title: string): string => help.split(`\n${title}:\n`)[1]?.split(/\n(?:\n|(?=\S))/)[0] ?? '';
  const commands = [...section('Commands').matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name!);
  const options = [...section('Options').matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!);
  const below = commands.filter((name) => name !== 'help').map((name) => listed([...path, name]));
  return [{ path, commands, options }, ...(await Promise.all(below)).flat()];
}

/** Prints what the shell offers for the last of its arguments, a line each. */
const ASK: Readonly<Record<string, (script: string) => readonly string[]>> = {
  bash: (script) => [
    '--norc',
    '-c',
    `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_plimsoll plimsoll "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
  ],
  // zsh's own functions work inside its line editor alone: these print what they were given.
  zsh: (script) => [
    '-f',
    '-c',
    `compdef() { : }; _files() { : }
_describe() { print -rl -- \${(P)@[-1]} }
compadd() { print -rl -- \${(P)@[-1]} }
${script}
words=("$@") CURRENT=$#
_plimsoll`,
    'zsh',
  ],
  fish: (script) => ['--no-config', '-c', `${script}\ncomplete --do-complete "$argv"`],
};

let all: readonly Listed[];
beforeAll(async () => {
  all = await listed();
}, 120_000);

describe.each(Object.keys(ASK))('plimsoll completion %s', (shell) => {
  let script: string;
  beforeAll(async () => {
    script = await run(process.execPath, [BIN, 'completion', shell]);
  }, 60_000);

  const offered = async (...words: string[]): Promise<string[]> => {
    const text = await run(shell, [...ASK[shell]!(script), 'plimsoll', ...words]);
    // zsh has a colon before a word's description, fish a tab.
    return text.split('\n').flatMap((line) => /^[\w-]+/.exec(line)?.[0] ?? []);
  };

  it('offers every command and option that --help lists', async () => {
    expect(all.length).toBeGreaterThan(20);
    for (const { path, commands, options } of all) {
      if (commands.length > 0) expect(await offered(...path, '')).toEqual(expect.arrayContaining([...commands]));
      expect(options).toContain('--help');
      expect(await offered(...path, '--')).toEqual(expect.arrayContaining([...options]));
    }
  }, 120_000);

  it('offers the values of what takes only some', async () => {
    expect((await offered('incidents', 'close', '--as', '')).sort()).toEqual(['benign', 'resolved']);
    expect((await offered('completion', '')).sort()).toEqual(expect.arrayContaining(['bash', 'fish', 'zsh']));
  }, 60_000);
});
