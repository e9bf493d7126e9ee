import { at, text, type JsonRecord } from '../k8s/json-value.js';
import type { Act } from './activity.js';
import { kindOfCall, nameOfCall } from './strace-act.js';

const MAX_ARGUMENTS = 64;
/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC, as x86-64 and arm64 number them. */
const WRITES = 0o1103;
/** A word of a command line as Tetragon writes it: quoted where it holds a blank. */
const WORD = /"((?:[^"\\]|\\.){0,8192})"|(\S{1,8192})/gs;

/** The program that a `process_exec` tells of. */
export function executionOf(process: JsonRecord): Act | undefined {
  const target = text(process['binary'], 4_096);
  if (target === undefined) return undefined;
  const words = [...(text(process['arguments'], 16_384) ?? '').matchAll(WORD)].slice(0, MAX_ARGUMENTS);
  const argv = words.map(([, quoted, plain]) => quoted?.replace(/\\(.)/gs, '$1') ?? plain ?? '');
  return { kind: 'execute', target, argv: [target, ...argv], writes: false, failed: false };
}

/** What a probed call did, by the arguments that the policy lets out; undefined where they tell nothing of an act. */
export function tetragonAct(number: number, given: readonly unknown[], result: number | undefined): Act | undefined {
  const kind = kindOfCall(number);
  if (kind === undefined || kind === 'execute') return undefined;
  const failed = (result ?? 0) < 0;
  const act = (target: string | undefined, writes = false): Act | undefined =>
    target === undefined ? undefined : { kind, target, argv: [], writes, failed };
  if (kind === 'privilege') return act(nameOfCall(number));
  if (kind !== 'open') return act(given.map(addressOf).find((address) => address !== undefined));
  const path = given.findIndex((argument) => pathOf(argument) !== undefined);
  const flags = given.slice(path + 1).map((argument) => Number(at(argument, 'int_arg')));
  return act(
    pathOf(given[path]),
    flags.some((bits) => Number.isInteger(bits) && (bits & WRITES) !== 0),
  );
}

function pathOf(argument: unknown): string | undefined {
  return (
    text(at(argument, 'file_arg', 'path'), 4_096) ??
    text(at(argument, 'path_arg', 'path'), 4_096) ??
    text(at(argument, 'string_arg'), 4_096)
  );
}

function addressOf(argument: unknown): string | undefined {
  const address = text(at(argument, 'sockaddr_arg', 'addr'), 64);
  const port = Number(at(argument, 'sockaddr_arg', 'port'));
  if (address === undefined || address === '') return undefined;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
