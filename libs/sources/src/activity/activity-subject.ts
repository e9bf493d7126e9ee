import type { ProcessActivity } from '@plimsoll/contracts';

import { remembered } from '../bytes/remembered.js';
import { releasedText, type PrivacyMode } from '../events/values/privacy.js';
import type { Act } from './activity.js';
import { addressTemplate } from './address.js';
import { commandShape } from './command-shape.js';
import { fileClass, fileTemplate, pathTemplate, straightPath } from './path-template.js';

/** What an act was about, as an event tells it, and the texts in which a parameter is looked for. */
export interface Subject {
  readonly told: Pick<ProcessActivity, 'target' | 'shape' | 'commands' | 'marks' | 'file' | 'address'>;
  readonly texts: readonly string[];
  /** The arguments of a program that takes names and runs none of them. */
  readonly names?: readonly string[];
  readonly shown: string;
  /** Seldom and dangerous: each is told. */
  readonly sensitive: boolean;
}

const MAX_TEXT = 512;
const VALUE = String.raw`(?:'[^']*'|"[^"]*"|\S+)`;
/** `-psecret`, `-p secret` and `-a secret` of programs that take one so, `-u name:secret`, `--password secret`, `//name:secret@host`. */
const PASSWORD_ARGUMENTS: readonly RegExp[] = [
  new RegExp(String.raw`(\s-p)(?![\s-])${VALUE}`, 'g'),
  new RegExp(String.raw`(\b(?:sshpass|mysql\w*|mariadb\w*|mongo\w*|redis-cli)\b[^|;&]{0,200}?\s-[pa]\s+)${VALUE}`, 'g'),
  new RegExp(String.raw`(\s(?:-u|--(?:proxy-)?user)[= ]?\s*["']?[^\s:"']{1,64}:)${VALUE}`, 'g'),
  new RegExp(String.raw`(\s--?[\w-]*(?:pass|secret|token|key)[\w-]*[= ]\s*)${VALUE}`, 'gi'),
  /(\/\/[^\s/:@]{1,64}:)[^\s/@]+(?=@)/g,
];

/** The subject of an act; undefined where it tells nothing: libraries, code that is read. */
export function subjectOf(act: Act): Subject | undefined {
  switch (act.kind) {
    case 'execute': {
      const { shape, commands, marks, text, names } = commandShape(act.target, act.argv);
      const target = pathTemplate(straightPath(act.target));
      return {
        told: { target, shape, commands: [...commands], marks: [...marks] },
        texts: [text, ...(commands.length > 0 ? [] : act.argv.slice(1, 33))],
        ...(names && { names }),
        shown: commands.length > 0 ? text : `${act.target.slice(act.target.lastIndexOf('/') + 1)} ${text}`,
        sensitive: true,
      };
    }
    case 'open':
      return fileSubject(act.target, act.writes);
    case 'connect':
    case 'listen':
      return addressSubject(act.target);
    case 'privilege':
      return { told: { target: act.target }, texts: [], shown: '', sensitive: true };
  }
}

const fileSubject = remembered((given: string, writes: boolean): Subject | undefined => {
  const path = straightPath(given);
  const of = fileClass(path, writes);
  if (of === undefined) return undefined;
  const file = { class: of, writes, climbs: path !== given && given.includes('..') };
  const sensitive = of === 'secret' || of === 'system' || of === 'code' || file.climbs;
  const target = fileTemplate(path, of);
  // A temporary file's name is made up, and often the name of a session itself.
  return { told: { target, file }, texts: [path], shown: of === 'temporary' ? target : path, sensitive };
});

const addressSubject = remembered((address: string): Subject => {
  const { target, of } = addressTemplate(address);
  return { told: { target, address: of }, texts: [address], shown: address, sensitive: of === 'metadata' };
});

/** A name that a program made up, as those of sessions and tokens: letters and digits, long. */
const MADE_UP = /(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[\w-]{20,}/g;

/** What of the words leaves the host. */
export function shownText(words: string, privacy: PrivacyMode): string | undefined {
  if (words === '' || privacy === 'strict') return undefined;
  const bare = PASSWORD_ARGUMENTS.reduce(
    (text, secret) => text.replace(secret, '$1[removed]'),
    words.slice(0, 4 * MAX_TEXT),
  ).replace(MADE_UP, '[removed]');
  return releasedText(bare, privacy)?.slice(0, MAX_TEXT);
}
