import type { ProcessActivity } from '@plimsoll/contracts';

import { endpointOf, nameOf } from './process-facts.js';

/** What happened, in one sentence without a full stop: `sh executed id for GET /tools/ping`. */
export function doneWords(event: ProcessActivity): string {
  const actor = nameOf(event.actor) || (event.serving ? 'the server' : 'a process');
  const endpoint = endpointOf(event);
  return `${actor} ${actWords(event)}${endpoint === undefined ? '' : ` for ${endpoint}`}`;
}

function actWords(event: ProcessActivity): string {
  const { kind, target, text, file, failed } = event;
  const tried = failed === true ? ' (refused)' : '';
  switch (kind) {
    case 'execute':
      return `executed ${programWords(event)}`;
    case 'open':
      return `${file?.writes === true ? 'wrote' : 'read'} ${text ?? target}${tried}`;
    case 'connect':
      return `connected to ${text ?? target}${tried}`;
    case 'listen':
      return `listened on ${text ?? target}`;
    case 'privilege':
      return `called ${target}${tried}`;
    case 'watched':
      return 'was watched';
  }
}

function programWords({ target, commands, text }: ProcessActivity): string {
  const name = nameOf(target);
  if (commands === undefined || commands.length === 0) return text ?? name;
  const run = [...new Set(commands)].slice(0, 4).join(' and ');
  return text === undefined ? `${run} by ${name}` : `${run} by ${name} -c '${text.slice(0, 160)}'`;
}
