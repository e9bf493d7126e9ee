import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { openProfile, type ProfileFile } from '@plimsoll/contracts';

import { comparedRun, undisturbed } from '../chaos/disturbed-run.js';
import { differences, isSame, section } from '../chaos/report.js';
import { SERVICES } from '../chaos/stack.js';
import { workloadOf, type Workload, type WorkloadOptions } from '../chaos/workload.js';
import { runProgramIn, type ComposeStack } from './compose-stack.js';
import { Findings, newToken, seconds, withStack, type DrillPlace, type DrillResult } from './drill.js';

const DETECTORS = ['sequence-detector', 'frequency-detector', 'log-detector'] as const;

/** Each detector on three replicas and back on one while recordings are replayed. */
export function scaleDrill(place: DrillPlace): Promise<DrillResult> {
  return disturbed(place, 'plimsoll-scale', 'Detectors from one to three and back', async (stack, findings, signal) => {
    for (const replicas of [3, 1]) {
      const scales = DETECTORS.flatMap((name) => ['--scale', `${name}=${replicas}`]);
      const [, took] = await seconds(() => stack.compose('up', '--detach', '--wait', '--no-recreate', ...scales));
      findings.check(`each detector on ${replicas} after ${took}, while recordings were replayed`, !signal.aborted);
      await wait(20_000);
    }
  });
}

/** Every service and both servers restarted one after another while recordings are replayed. */
export function restartDrill(place: DrillPlace): Promise<DrillResult> {
  return disturbed(place, 'plimsoll-restart', 'Everything restarted in turn', async (stack, findings, signal) => {
    for (const name of [...SERVICES, 'redis', 'kafka']) {
      const [, took] = await seconds(async () => {
        await stack.compose('restart', name);
        await stack.compose('up', '--detach', '--wait', '--no-recreate');
      });
      findings.check(`${name} restarted and everything healthy after ${took}, in mid-replay`, !signal.aborted);
    }
  });
}

/** The stack of an earlier commit, learned and fed by it, is replaced in place while it is fed. */
export async function upgradeDrill(place: DrillPlace): Promise<DrillResult> {
  const { folder, scratch, from, tell } = place;
  const findings = new Findings(tell);
  const earlier = join(scratch, 'earlier');
  await git(folder, 'clone', '--quiet', '--no-checkout', folder, earlier);
  await git(earlier, 'checkout', '--quiet', from);
  const { token, tokens } = newToken();
  const environment = { PLIMSOLL_API_TOKENS: tokens };
  await withStack(place, 'plimsoll-upgrade', { environment }, async (now) => {
    const before = now.from(earlier);
    const [, built] = await seconds(() => before.compose('up', '--build', '--detach', '--wait'));
    findings.say(`the stack of ${from.slice(0, 9)}, built and up after ${built}`);

    const learned = join(scratch, 'learned-before');
    await mkdir(learned, { recursive: true, mode: 0o777 });
    await runProgramIn(scratch, ['chmod', '0777', learned]);
    const mounted = [`${learned}:/learned`, `${join(folder, 'recordings')}:/recordings:ro`];
    await before.plimsoll(mounted, 'learn', '/recordings/employee', '--out', '/learned');
    const profiles = await readLearned(learned);
    const across = await workload(place, { profiles });
    const after = await workload(place, { profiles, prefix: 'later' });
    await push(before, join(scratch, 'pushed-before'), [...across.profiles, ...after.profiles]);
    const state = await activeProfiles(before, token);

    const upgrading = await run(now, across, tell, async (signal) => {
      await wait(30_000);
      const [, took] = await seconds(() => now.compose('up', '--build', '--detach', '--wait'));
      findings.check(`upgraded in place after ${took}, while recordings were replayed`, !signal.aborted);
    });
    findings.say(section('Fed while it was upgraded', [], upgrading));
    findings.check('what was fed across the upgrade comes to the same', isSame(upgrading), differences(upgrading));
    findings.same('the profiles that were active before are active', state, await activeProfiles(now, token));
    const upgraded = await run(now, after, tell, () => Promise.resolve());
    findings.say(section('Fed after the upgrade, scored by profiles of before', [], upgraded));
    findings.check('what was fed after the upgrade comes to the same', isSame(upgraded), differences(upgraded));
  });
  return findings;
}

/** Recordings replayed through a fresh stack while `disturb` does what it does, beside one process in memory. */
async function disturbed(
  place: DrillPlace,
  project: string,
  title: string,
  disturb: (stack: ComposeStack, findings: Findings, signal: AbortSignal) => Promise<void>,
): Promise<DrillResult> {
  const findings = new Findings(place.tell);
  const input = await workload(place);
  await withStack(place, project, {}, async (stack) => {
    await stack.compose('up', '--build', '--detach', '--wait');
    await push(stack, join(place.scratch, project), input.profiles);
    const compared = await run(stack, input, place.tell, async (signal) => {
      await wait(15_000);
      await disturb(stack, findings, signal);
    });
    findings.say(section(title, [], compared));
    findings.check('the same as without disturbance', isSame(compared), differences(compared));
  });
  return findings;
}

async function run(
  stack: ComposeStack,
  input: Workload,
  tell: (message: string) => void,
  disturb: (signal: AbortSignal) => Promise<void>,
): ReturnType<typeof comparedRun> {
  const expected = await undisturbed(input, tell);
  const collector = (): string => stack.address('COLLECTOR_PORT');
  return comparedRun({ workload: input, expected, brokers: [stack.brokers], collector, disturb, tell });
}

function workload(
  { folder, applications, calls }: DrillPlace,
  more: Pick<WorkloadOptions, 'profiles' | 'prefix'> = {},
): Promise<Workload> {
  return workloadOf({ recordings: join(folder, 'recordings'), applications, calls, ...more });
}

async function push(stack: ComposeStack, folder: string, profiles: readonly ProfileFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const profile of profiles) {
    const { application, workload: of, detector } = profile;
    await writeFile(join(folder, `${application}.${of}.${detector}.profile.json`), JSON.stringify(profile));
  }
  await stack.plimsoll([`${folder}:/profiles:ro`], 'profiles', 'push', '/profiles');
}

async function readLearned(folder: string): Promise<ProfileFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.profile.json'));
  return Promise.all(names.map(async (name) => openProfile(JSON.parse(await readFile(join(folder, name), 'utf8')))));
}

async function activeProfiles(stack: ComposeStack, token: string): Promise<unknown> {
  const { profiles } = (await stack.ask('profiles', token)) as {
    profiles: readonly { application: string; workload: string; detector: string; active?: unknown }[];
  };
  return profiles.map(({ application, workload: of, detector, active }) => [application, of, detector, active]).sort();
}

async function git(folder: string, ...words: readonly string[]): Promise<void> {
  const { code, errors } = await runProgramIn(folder, ['git', ...words]);
  if (code !== 0) throw new Error(`git ${words.join(' ')}: ${errors}`);
}
