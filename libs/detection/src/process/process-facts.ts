import type { ProcessActivity } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import type { AddressClass, FileClass } from './dangers.js';

/** What a program's or a command's name is, without its folder. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function commandOf(event: ProcessActivity): string {
  return `${event.target} ${event.shape ?? ''}`;
}

export function endpointOf({ request }: ProcessActivity): string | undefined {
  return request === undefined ? undefined : `${request.method} ${request.path}`;
}

/** Which file was opened how; who did is left out, since programs are seen under several names. */
export function fileOf({ target, file }: ProcessActivity): string {
  return `${file?.writes === true ? 'write' : 'read'} ${target}`;
}

/** In what way a request's parameter is meant to go into an act of one endpoint. */
export function usageOf(event: ProcessActivity): string {
  const { tainted, kind } = event;
  return `${kind} ${endpointOf(event) ?? ''} ${tainted?.parameter ?? ''} ${tainted?.relation ?? ''}`;
}

/** Whether the parameter that went into the act led to addresses in learning: a link to fetch. */
export function ledToAddresses(table: SmoothedCounts, event: ProcessActivity): boolean {
  return (['part', 'whole', 'code'] as const).some((relation) => {
    if (event.tainted === undefined) return false;
    const connect: ProcessActivity = { ...event, kind: 'connect', tainted: { ...event.tainted, relation } };
    return table.total(`reached|${usageOf(connect)}`) > 0;
  });
}

/** What kind of file or address an act reached. */
export function reachedClass({ file, address }: ProcessActivity): FileClass | AddressClass | undefined {
  return file?.class ?? address;
}

/** Counts one benign event. */
export function learnActivity(table: SmoothedCounts, event: ProcessActivity): void {
  table.add('kind', event.kind);
  if (event.tainted?.syntax === true) table.add('usage', usageOf(event));
  const reached = reachedClass(event);
  if (event.tainted !== undefined && reached !== undefined) table.add(`reached|${usageOf(event)}`, reached);
  const endpoint = endpointOf(event);
  switch (event.kind) {
    case 'execute':
      table.add('program', event.target);
      table.add('command', commandOf(event));
      for (const name of event.commands ?? []) table.add('named', name);
      for (const mark of event.marks ?? []) table.add('mark', mark);
      if (event.serving) table.add('served', event.target);
      if (endpoint !== undefined) table.add('endpoint', endpoint);
      return;
    case 'open':
      table.add(`file|${event.file?.class ?? ''}`, fileOf(event));
      table.add('file', fileOf(event));
      return;
    case 'connect':
    case 'listen':
      table.add(event.kind, event.target);
      return;
    case 'privilege':
      table.add('call', event.target);
      return;
    case 'watched':
  }
}
