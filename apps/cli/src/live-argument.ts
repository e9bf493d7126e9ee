import { PlimsollError } from '@plimsoll/contracts';
import type { AttachTarget } from '@plimsoll/sources';
import { InvalidArgumentError } from 'commander';

/** What `--live` names: a process or container, and the workload that it is. */
export interface LiveArgument {
  readonly workload?: string;
  readonly name: string;
  readonly target: AttachTarget;
}

/** Digits are a process, unless they are as many as a container's short id has. */
function parseLive(text: string): LiveArgument {
  const [, workload, name = ''] = /^(?:(.+)=)?([A-Za-z0-9][\w.:/-]{0,255})$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('write PID or CONTAINER, or WORKLOAD= before it');
  const target = /^\d{1,10}$/.test(name) ? { pid: Number(name) } : { container: name };
  return { name, target, ...(workload !== undefined && { workload }) };
}

/** For an option that may be given several times. */
export function severalLive(text: string, before: LiveArgument[]): LiveArgument[] {
  return [...before, parseLive(text)];
}

/** With its workload. Throws `bad-configuration` where none is named. */
export function withWorkload(argument: LiveArgument): LiveArgument & { readonly workload: string } {
  const { name, workload } = argument;
  if (workload !== undefined) return { ...argument, workload };
  throw new PlimsollError('bad-configuration', `--live ${name}: name its workload: --live WORKLOAD=${name}`);
}
