import { timeWords } from './kafka-findings.js';
import type { ActiveProfile, Finding, ProfileFacts, WorkloadFacts } from './set-up.js';

/** What is so far behind half of the time after which a verdict can no longer be joined. */
const BEHIND_MS = 15 * 60_000;

export function profileFindings(profiles: readonly ProfileFacts[]): Finding[] {
  if (!profiles.some(({ active }) => active !== undefined)) {
    return [
      {
        area: 'profiles',
        what: 'No profile is active: nothing is detected.',
        todo: 'plimsoll learn, then plimsoll profiles push; versions that are in shadow already: plimsoll profiles activate.',
      },
    ];
  }
  return profiles.flatMap((profile) => {
    const trouble = profile.active === undefined ? undefined : troubleOf(profile.active, slotName(profile));
    return trouble === undefined ? [] : [{ area: 'profiles' as const, ...trouble }];
  });
}

function troubleOf(
  { version, readable, complete, fit }: ActiveProfile,
  slot: string,
): Omit<Finding, 'area'> | undefined {
  if (!readable) {
    return {
      what: `The active version ${version} of ${slot} is missing, was altered, or is of another release: nothing is scored there.`,
      todo: `plimsoll profiles push it again or learn it anew, or plimsoll profiles rollback ${slot}.`,
    };
  }
  if (fit === 'deployment' || fit === 'ageing') {
    const since = fit === 'ageing' ? 'has lastingly moved away from what it learned' : 'looks like a new release of it';
    return {
      what: `The profile ${slot} is ${fit === 'ageing' ? 'ageing' : 'out of date'}: what is seen ${since}.`,
      todo: `plimsoll learn --from-topic --push shadow, then plimsoll profiles activate; plimsoll profiles show ${slot} says more.`,
    };
  }
  if (complete) return undefined;
  return {
    what: `The profile ${slot} is not complete: what is benign and was not learned may alert.`,
    todo: `plimsoll profiles show ${slot} says what holds it back; learn from more.`,
  };
}

/** `profiles`: undefined where they are not known; nothing is then said of workloads without one. */
export function workloadFindings(
  workloads: readonly WorkloadFacts[],
  profiles: readonly ProfileFacts[] | undefined,
): Finding[] {
  const watched = new Set(profiles?.filter(({ active }) => active !== undefined).map(workloadName));
  return [
    ...workloads.flatMap((workload) => hearingFindings(workload, profiles !== undefined, watched)),
    ...applicationFindings(workloads),
  ];
}

function hearingFindings(workload: WorkloadFacts, profilesKnown: boolean, watched: ReadonlySet<string>): Finding[] {
  const name = workloadName(workload);
  const found = (what: string, todo: string): Finding[] => [{ area: 'workloads', what, todo }];
  if (workload.heard && profilesKnown && !watched.has(name)) {
    return found(
      `${name} sends events but has no active profile: nothing is detected there.`,
      `plimsoll learn --from-topic --application ${workload.application} --push shadow, then plimsoll profiles activate.`,
    );
  }
  if (!workload.heard && watched.has(name)) {
    return found(
      `${name} has active profiles, but the alert service has not heard of it since it started.`,
      'Start its source, or compare the names of application and workload in the collector with those of the profiles.',
    );
  }
  if (workload.silentLevels.length === 0) return [];
  return found(
    `${name} is silent at the level ${workload.silentLevels.join(', ')}.`,
    'See whether the source of that level runs (the collector names it on /health/ready) and its detector too.',
  );
}

/** What is told of each workload of an application alike is said once. */
function applicationFindings(workloads: readonly WorkloadFacts[]): Finding[] {
  const applications = new Map(workloads.map((workload) => [workload.application, workload]));
  return [...applications.values()].flatMap(({ application, skewed, behindMs }) => [
    ...(skewed === 0
      ? []
      : [
          {
            area: 'clocks' as const,
            what: `${skewed} events of ${application} bore times ahead of their arrival.`,
            todo: 'Set the clocks of the hosts that its sources run on by NTP.',
          },
        ]),
    ...(behindMs < BEHIND_MS
      ? []
      : [
          {
            area: 'workloads' as const,
            what: `A source or detector of ${application} is ${timeWords(behindMs)} behind its newest event; after half an hour what it says comes too late.`,
            todo: 'See which consumer group is behind, and which collector reads old logs.',
          },
        ]),
  ]);
}

function workloadName({ application, workload }: { application: string; workload: string }): string {
  return `${application}/${workload}`;
}

function slotName(profile: ProfileFacts): string {
  return `${workloadName(profile)}/${profile.detector}`;
}
