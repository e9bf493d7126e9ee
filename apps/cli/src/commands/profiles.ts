import process from 'node:process';

import { PlimsollError, readProfile, type ProfileFile } from '@plimsoll/contracts';
import { checkStored, profileReport } from '@plimsoll/pipelines';
import type { ProfilePointer, ProfileSlot, ProfileStore } from '@plimsoll/streaming';
import { Command } from 'commander';

import { activateWaiting } from '../activate-waiting.js';
import { readProfiles } from '../profile-folder.js';
import { profileDifferences, profileSummary } from '../profile-words.js';
import { STACK_HELP } from '../stack-help.js';
import { table } from '../terminal/table.js';

/** Who changed a pointer, as its history shows it. */
const BY = 'plimsoll profiles';

export function profilesCommand(): Command {
  const command = new Command('profiles')
    .description('Manage versions of profiles: list, push, activate, compare, roll back.')
    .addHelpText('after', STACK_HELP);
  command
    .command('list')
    .description('every profile of the stack: active, shadow, how many versions are kept, and how the active one fits')
    .option('--json', 'as JSON')
    .action((options: { json?: true }) => withStore((store) => list(store, options.json === true)));
  command
    .command('push')
    .description('store the profiles of a folder in the stack and activate them')
    .argument('<DIR>', 'the folder that plimsoll learn wrote')
    .option('--shadow', 'run them in shadow of the active ones instead')
    .action((folder: string, options: { shadow?: true }) =>
      withStore(async (store) => push(store, await readProfiles(folder), options.shadow === true)),
    );
  command
    .command('show')
    .description('what one version has learned, from where, and how complete it is; the active one where none is named')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[VERSION]')
    .option('--json', 'the whole profile as JSON')
    .action((slot: string, version: string | undefined, options: { json?: true }) =>
      withStore((store) => show(store, parseSlot(slot), version, options.json === true)),
    );
  command
    .command('diff')
    .description('what two versions learned differently; the active one and the one in shadow where none is named')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[FROM]', 'a version')
    .argument('[TO]', 'a version')
    .action((slot: string, from?: string, to?: string) => withStore((store) => diff(store, parseSlot(slot), from, to)));
  command
    .command('activate')
    .description('make a version the active one; with --application, all versions of it that are in shadow')
    .argument('[SLOT]', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[VERSION]')
    .option('--application <NAME>', 'all versions of this application that are in shadow')
    .option('--by <PERSON>', 'who decided, for the audit trail', BY)
    .action((slot: string | undefined, version: string | undefined, options: ActivateOptions) =>
      withStore((store) => activate(store, slot, version, options)),
    );
  command
    .command('shadow')
    .description(
      'run a version in shadow: it scores the same input and publishes nothing; without VERSION, compare it with the active one',
    )
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .argument('[VERSION]')
    .option('--end', 'end the shadow')
    .action((slot: string, version: string | undefined, options: { end?: true }) =>
      withStore((store) => shadow(store, parseSlot(slot), version, options.end === true)),
    );
  command
    .command('rollback')
    .description('reactivate the version that was active before')
    .argument('<SLOT>', 'APPLICATION/WORKLOAD/DETECTOR')
    .action((slot: string) => withStore((store) => store.rollback(parseSlot(slot), BY)));
  return command;
}

interface ActivateOptions {
  readonly application?: string;
  readonly by: string;
}

async function activate(
  store: ProfileStore,
  slot: string | undefined,
  version: string | undefined,
  { application, by }: ActivateOptions,
): Promise<void> {
  if (application === undefined && slot !== undefined && version !== undefined) {
    await checkStored(store, parseSlot(slot), version);
    await store.activate(parseSlot(slot), version, by);
    return;
  }
  if (application === undefined || slot !== undefined) {
    throw new PlimsollError(
      'bad-configuration',
      'give SLOT and VERSION, or --application NAME for all of its versions in shadow',
    );
  }
  await activateWaiting(store, application, by, ({ slot: activated, active }) => {
    process.stdout.write(`${slotName(activated)} ${active ?? '-'} active\n`);
  });
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
    pointers.map(async (pointer) => ({
      ...pointer,
      versions: await store.versions(pointer.slot),
      report: await profileReport(store, pointer.slot),
    })),
  );
  if (asJson) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const columns = ['workload', 'detector', 'active', 'shadow', 'versions', 'state'].map((title) => ({ title }));
  const cells = rows.map(({ slot, active, shadow, versions, report }) => [
    `${slot.application}/${slot.workload}`,
    slot.detector,
    active ?? '-',
    shadow ?? '-',
    String(versions.length),
    report?.version === active && report !== undefined ? report.state : '-',
  ]);
  process.stdout.write(
    rows.length === 0 ? 'No profile yet: plimsoll learn, then plimsoll profiles push.\n' : `${table(columns, cells)}\n`,
  );
}

/** Starts or ends a shadow, or shows what both versions made of the windows that both scored. */
async function shadow(
  store: ProfileStore,
  slot: ProfileSlot,
  version: string | undefined,
  end: boolean,
): Promise<void> {
  if (version !== undefined || end) {
    if (version !== undefined) await checkStored(store, slot, version);
    await store.shadow(slot, version, BY);
    return;
  }
  const pointer = await store.pointer(slot);
  if (pointer.shadow === undefined)
    throw new PlimsollError('bad-profile', `${slotName(slot)} has no version in shadow`);
  process.stdout.write(await comparison(store, pointer));
}

/** What live data shows of the two, as text. */
async function comparison(store: ProfileStore, { slot, shadow: version }: ProfilePointer): Promise<string> {
  const report = await profileReport(store, slot);
  const compared = report?.shadow?.version === version ? report?.shadow : undefined;
  if (report === undefined || compared === undefined) {
    return `${version ?? 'no version'} in shadow has scored nothing yet; results come once a minute\n`;
  }
  const { active, shadow: made, both } = compared;
  const apart = active.anomalous + made.anomalous - 2 * both;
  const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`);
  const under = (bins: readonly number[], until: number): string =>
    share(
      bins.slice(0, until).reduce((sum, count) => sum + count, 0),
      bins.reduce((sum, count) => sum + count, 0),
    );
  const rows = [
    ['version', report.version, compared.version],
    ['windows scored', String(active.windows), String(made.windows)],
    ['anomalous', String(active.anomalous), String(made.anomalous)],
    ['anomalous in both', String(both), String(both)],
    ['p-values up to 0.05', under(active.bins, 1), under(made.bins, 1)],
    ['p-values up to 0.25', under(active.bins, 5), under(made.bins, 5)],
    ['p-values up to 0.50', under(active.bins, 10), under(made.bins, 10)],
  ];
  const agreement = share(Math.max(active.windows - apart, 0), active.windows);
  const since = new Date(compared.sinceUs / 1_000).toISOString();
  return `${table([{ title: '' }, { title: 'active' }, { title: 'shadow' }], rows)}\nagree on ${agreement} of the windows since ${since}\n`;
}

/** Stores profiles in the stack that the environment names, active or in shadow. */
export function pushProfiles(profiles: readonly ProfileFile[], shadow: boolean): Promise<void> {
  return withStore((store) => push(store, profiles, shadow));
}

async function push(store: ProfileStore, profiles: readonly ProfileFile[], shadow: boolean): Promise<void> {
  for (const profile of profiles) {
    await store.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
    await (shadow ? store.shadow(profile, profile.version, BY) : store.activate(profile, profile.version, BY));
    process.stdout.write(`${slotName(profile)} ${profile.version} ${shadow ? 'in shadow' : 'active'}\n`);
  }
  const incomplete = profiles.filter(({ learned }) => !learned.complete);
  if (incomplete.length > 0) {
    process.stderr.write(
      `${incomplete.length} of ${profiles.length} are not complete: ${incomplete.map(slotName).join(', ')}. They are in use, and what ` +
        `is benign and was not learned may alert; learn from more (plimsoll learn --from-topic … --push shadow), or take them ` +
        `out of force (plimsoll profiles rollback).\n`,
    );
  }
  if (shadow) process.stderr.write(`Next: ${activateWords(profiles)}\n`);
}

/** How the versions in shadow are activated. */
function activateWords(profiles: readonly ProfileFile[]): string {
  const applications = [...new Set(profiles.map(({ application }) => application))];
  return applications.map((name) => `plimsoll profiles activate --application ${name} --by YOUR-NAME`).join('; ');
}

async function show(
  store: ProfileStore,
  slot: ProfileSlot,
  version: string | undefined,
  asJson: boolean,
): Promise<void> {
  const pointer = await store.pointer(slot);
  const wanted = version ?? pointer.active;
  if (wanted === undefined) throw new PlimsollError('bad-profile', `${slotName(slot)} has no active version`);
  const profile = await stored(store, slot, wanted);
  if (asJson) {
    process.stdout.write(`${JSON.stringify(profile, null, 2)}\n`);
    return;
  }
  const report = await profileReport(store, slot);
  process.stdout.write(`${profileSummary(profile, pointer, report?.version === wanted ? report : undefined)}\n`);
}

async function diff(
  store: ProfileStore,
  slot: ProfileSlot,
  first: string | undefined,
  second: string | undefined,
): Promise<void> {
  const pointer = await store.pointer(slot);
  const [from, to] = [first ?? pointer.active, second ?? pointer.shadow];
  if (from === undefined || to === undefined) {
    throw new PlimsollError('bad-profile', `${slotName(slot)} has no active and shadow version: name two versions`);
  }
  const [before, after] = [await stored(store, slot, from), await stored(store, slot, to)];
  const columns = [{ title: '' }, { title: from }, { title: to }];
  process.stdout.write(`${table(columns, profileDifferences(before, after))}\n`);
  if (from === pointer.active && to === pointer.shadow) process.stdout.write(`\n${await comparison(store, pointer)}`);
}

async function stored(store: ProfileStore, slot: ProfileSlot, version: string): Promise<ProfileFile> {
  const bytes = await store.get(slot, version);
  if (bytes === undefined) throw new PlimsollError('bad-profile', `${slotName(slot)} has no version ${version}`);
  return readProfile(bytes);
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
