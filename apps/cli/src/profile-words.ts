import { isoTime, printable, type ProfileFile, type ProfileReport } from '@plimsoll/contracts';
import type { ProfilePointer } from '@plimsoll/streaming';

/** Entries of a part that are named one by one, where two versions differ by few. */
const NAMED = 5;

/** What a profile is, in lines: where it stands, what it learned from, what it knows. */
export function profileSummary(profile: ProfileFile, pointer: ProfilePointer, report?: ProfileReport): string {
  const { application, workload, detector, version, learned, model } = profile;
  const roles = [pointer.active === version ? 'active' : '', pointer.shadow === version ? 'in shadow' : ''].filter(
    Boolean,
  );
  const { from, streams, events, novelty, complete, notes } = learned;
  const lines: [string, string][] = [
    ['profile', `${application}/${workload}/${detector}`],
    [
      'version',
      `${version} (the hash of its content, which holds)${roles.length > 0 ? `, ${roles.join(' and ')}` : ''}`,
    ],
    [
      'complete',
      `${complete ? 'yes' : 'not yet'}; probability that the next benign window is new: ${novelty.toFixed(4)}`,
    ],
    ['learned', `${events} events of ${streams.length} streams`],
    ...(from === undefined ? [] : originLines(from)),
    ...notes.map((note): [string, string] => ['', note]),
    ...Object.entries(asObject(model)).map(([name, part]): [string, string] => [`knows ${name}`, sizeOf(part)]),
    ...(report === undefined ? [] : [[`live (${report.state})`, report.words] as [string, string]]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, words]) => `${printable(name).padEnd(width)}  ${printable(words)}`).join('\n');
}

function originLines(from: NonNullable<ProfileFile['learned']['from']>): [string, string][] {
  const { topic, startUs, endUs, learned, calibrated, leftOut, incidents, benignIncidents } = from;
  return [
    ['from', `topic ${topic}, ${isoTime(startUs)} to ${isoTime(endUs)}`],
    ['', `${learned} messages learned from, ${calibrated} calibrated on, ${leftOut} left out`],
    ...named('left out incidents', incidents),
    ...named('benign incidents', benignIncidents),
  ];
}

function named(what: string, ids: readonly string[]): [string, string][] {
  if (ids.length === 0) return [];
  const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
  return [['', `${what}: ${ids.slice(0, NAMED).join(', ')}${more}`]];
}

/** What differs between two versions: each line has a name, and how it is in either. */
export function profileDifferences(before: ProfileFile, after: ProfileFile): string[][] {
  const [left, right] = [asObject(before.model), asObject(after.model)];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  const parts = names.filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
  return [
    ['events', String(before.learned.events), String(after.learned.events)],
    ['novelty', before.learned.novelty.toFixed(4), after.learned.novelty.toFixed(4)],
    ['complete', String(before.learned.complete), String(after.learned.complete)],
    ['streams', String(before.learned.streams.length), String(after.learned.streams.length)],
    ['benign incidents', ...[before, after].map(({ learned }) => String(learned.from?.benignIncidents.length ?? 0))],
    ...parts.flatMap((name) => [
      [name, sizeOf(left[name]), sizeOf(right[name])],
      ...entriesOf(left[name], right[name]),
    ]),
  ];
}

/** What only one of two lists holds, by the text or the name of its entries. */
function entriesOf(before: unknown, after: unknown): string[][] {
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  const [left, right] = [keysOf(before), keysOf(after)];
  const gone = [...left].filter((key) => !right.has(key));
  const come = [...right].filter((key) => !left.has(key));
  if (gone.length + come.length === 0) return [];
  const shown = [
    ...gone.slice(0, NAMED).map((key) => ['  only before', key, '']),
    ...come.slice(0, NAMED).map((key) => ['  only after', '', key]),
  ];
  const hidden = gone.length + come.length - shown.length;
  return hidden === 0 ? shown : [...shown, [`  and ${hidden} more`, '', '']];
}

/** Counts change with every run; what an entry speaks of is its text before them, or its name. */
function keysOf(entries: readonly unknown[]): Set<string> {
  return new Set(entries.map((entry) => keyOf(entry).slice(0, 60)));
}

function keyOf(entry: unknown): string {
  if (typeof entry === 'string') return entry.replace(/:\d+$/, '');
  if (Array.isArray(entry)) return keyOf(entry[0]);
  const { name, digest } = asObject(entry);
  if (typeof name === 'string' && name !== '') return name;
  return JSON.stringify(digest ?? entry);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sizeOf(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return `${value.length} entries`;
  if (typeof value === 'object' && value !== null) return `${Object.keys(value).length} entries`;
  return JSON.stringify(value).slice(0, 40);
}
