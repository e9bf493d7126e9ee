import process from 'node:process';

import { openProfile, PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import type { ProfileSlot, ProfileStore } from '@plimsoll/streaming';
import { Command } from 'commander';

import { readProfiles } from '../profile-folder.js';
import { STACK_HELP } from '../stack-help.js';
import { table } from '../terminal/table.js';

/** Who changed a pointer, as its history shows it. */
const BY = 'plimsoll profiles';

export function profilesCommand(): Command {
  const command = new Command('profiles')
    .description('Which version of each profile judges: list, push, activate, compare, roll back.')
    .addHelpText('after', STACK_HELP);
  command
    .command('list')
    .description('every profile of the stack: active, shadow, and how many versions are kept')
    .option('--json', 'as JSON')
    .action((options: { json?: true }) => withStore((store) => list(store, options.json === true)));
  command
    .command('push')
    .description('bring the profiles of a folder to the stack, and activate them')
    .argument('<DIR>', 'the folder that plimsoll learn wrote')
    .option('--shadow', 'let them judge beside the active ones instead')
    .action((folder: string, options: { shadow?: true }) =>
      withStore((store) => push(store, folder, options.shadow === true)),
    );
  command
    .command('show')
    .description('one version as the JSON file that it is; the active one where no version is named')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[VERSION]')
    .action((slot: string, version?: string) => withStore((store) => show(store, parseSlot(slot), version)));
  command
    .command('diff')
    .description('what two versions learned differently')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('<FROM>', 'a version')
    .argument('<TO>', 'a version')
    .action((slot: string, from: string, to: string) => withStore((store) => diff(store, parseSlot(slot), from, to)));
  command
    .command('activate')
    .description('judge with this version from now on')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('<VERSION>')
    .action((slot: string, version: string) => withStore((store) => store.activate(parseSlot(slot), version, BY)));
  command
    .command('shadow')
    .description('judge beside the active version, for comparison alone; without a version, end that')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[VERSION]')
    .action((slot: string, version?: string) => withStore((store) => store.shadow(parseSlot(slot), version, BY)));
  command
    .command('rollback')
    .description('return to the version that was active before')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .action((slot: string) => withStore((store) => store.rollback(parseSlot(slot), BY)));
  return command;
}

async function withStore(work: (store: ProfileStore) => Promise<unknown>): Promise<void> {
  const { redisStores } = await import('../stack.js');
  const stores = await redisStores();
  try {
    await work(stores.profiles);
  } finally {
    await stores.close();
  }
}

async function list(store: ProfileStore, asJson: boolean): Promise<void> {
  const pointers = await store.pointers();
  const rows = await Promise.all(
    pointers.map(async (pointer) => ({ ...pointer, versions: await store.versions(pointer.slot) })),
  );
  if (asJson) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const columns = ['workload', 'detector', 'active', 'shadow', 'versions'].map((title) => ({ title }));
  const cells = rows.map(({ slot, active, shadow, versions }) => [
    `${slot.application}/${slot.workload}`,
    slot.detector,
    active ?? '-',
    shadow ?? '-',
    String(versions.length),
  ]);
  process.stdout.write(
    rows.length === 0 ? 'No profile yet: plimsoll learn, then plimsoll profiles push.\n' : `${table(columns, cells)}\n`,
  );
}

async function push(store: ProfileStore, folder: string, shadow: boolean): Promise<void> {
  for (const profile of await readProfiles(folder)) {
    await store.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
    await (shadow ? store.shadow(profile, profile.version, BY) : store.activate(profile, profile.version, BY));
    process.stdout.write(`${slotName(profile)} ${profile.version} ${shadow ? 'in shadow' : 'active'}\n`);
  }
}

async function show(store: ProfileStore, slot: ProfileSlot, version: string | undefined): Promise<void> {
  const wanted = version ?? (await store.pointer(slot)).active;
  if (wanted === undefined) throw new PlimsollError('bad-profile', `${slotName(slot)} has no active version`);
  process.stdout.write(`${JSON.stringify(await stored(store, slot, wanted), null, 2)}\n`);
}

async function diff(store: ProfileStore, slot: ProfileSlot, from: string, to: string): Promise<void> {
  const [before, after] = [await stored(store, slot, from), await stored(store, slot, to)];
  const rows = [
    ['events', String(before.learned.events), String(after.learned.events)],
    ['novelty', before.learned.novelty.toFixed(4), after.learned.novelty.toFixed(4)],
    ['complete', String(before.learned.complete), String(after.learned.complete)],
    ['streams', String(before.learned.streams.length), String(after.learned.streams.length)],
    ...changedParts(before.model, after.model),
  ];
  process.stdout.write(`${table([{ title: '' }, { title: from }, { title: to }], rows)}\n`);
}

/** The parts of two models that differ, by size: what they hold is the detector's own. */
function changedParts(before: unknown, after: unknown): string[][] {
  const [left, right] = [asObject(before), asObject(after)];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names
    .filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
    .map((name) => [`model.${name}`, sizeOf(left[name]), sizeOf(right[name])]);
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

async function stored(store: ProfileStore, slot: ProfileSlot, version: string): Promise<ProfileFile> {
  const bytes = await store.get(slot, version);
  if (bytes === undefined) throw new PlimsollError('bad-profile', `${slotName(slot)} has no version ${version}`);
  return openProfile(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

function parseSlot(text: string): ProfileSlot {
  const [application, workload, detector, ...rest] = text.split('/');
  if (!application || !workload || !detector || rest.length > 0) {
    throw new PlimsollError(
      'bad-configuration',
      `${text}: write APPLICATION/WORKLOAD/DETECTOR, as plimsoll profiles list shows them`,
    );
  }
  return { application, workload, detector };
}

function slotName({ application, workload, detector }: ProfileSlot): string {
  return `${application}/${workload}/${detector}`;
}
