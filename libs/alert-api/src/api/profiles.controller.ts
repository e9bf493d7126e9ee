import { Controller, Get, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import {
  encodeJson,
  LearningCourse,
  ProfileChangeRecord,
  ProfileFile,
  ProfileReport,
  readProfile,
  TOPICS,
} from '@plimsoll/contracts';
import { checkStored, profileReport } from '@plimsoll/pipelines';
import type { ProfilePointer, ProfileSlot } from '@plimsoll/streaming';
import { z } from 'zod';

import { AccessGuard, From } from './access.guard.js';
import type { Caller } from './access-tokens.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { audit, type ApiParts } from './parts.js';
import { ProblemError, ProblemFilter } from './problem.js';
import { iso, Text } from './views.js';

const Slot = z.strictObject({ application: Text(256), workload: Text(256), detector: Text(64) });
const Version = Text(64);

const Pointer = z.strictObject({
  application: z.string(),
  workload: z.string(),
  detector: z.string(),
  active: z.string().optional(),
  shadow: z.string().optional(),
  revision: z.number().int(),
});
type Pointer = z.infer<typeof Pointer>;

/** How the active profile fits what is seen live; absent before anything was scored by it. */
const Report = ProfileReport.omit({ type: true, schema: true, application: true, workload: true, detector: true });

const Listed = Pointer.extend({ report: Report.optional() });

const Detail = Listed.extend({
  /** The oldest first. */
  versions: z.array(z.string()),
  /** The latest first. */
  history: z.array(
    z.strictObject({
      action: z.string(),
      active: z.string().optional(),
      shadow: z.string().optional(),
      at: z.iso.datetime(),
      by: z.string(),
    }),
  ),
});

/** How the learning of a profile goes while it follows the stream, from the beginning of the run that learns. */
const Learning = LearningCourse.omit({ schema: true, points: true }).extend({
  /** The oldest first; the last is when it was told last. Novelty is the probability that the next window is new. */
  points: z.array(z.strictObject({ at: z.iso.datetime(), events: z.number().int(), novelty: z.number() })),
});

const listLearning = {
  id: 'listLearning',
  summary: 'How far learning has come that follows the stream, or ended within a day, and how long it still takes',
  role: 'viewer',
  response: z.strictObject({ learning: z.array(Learning) }),
} as const satisfies OperationSpec;

const listProfiles = {
  id: 'listProfiles',
  summary: 'Which profile versions are active, and how they fit',
  role: 'viewer',
  response: z.strictObject({ profiles: z.array(Listed) }),
} as const satisfies OperationSpec;

const getProfile = {
  id: 'getProfile',
  summary: 'Versions and history of one profile, and how it compares with the one in shadow',
  role: 'viewer',
  params: Slot,
  response: Detail,
  problems: [404],
} as const satisfies OperationSpec;

const getVersion = {
  id: 'getProfileVersion',
  summary: 'What one version learned, and from where',
  role: 'viewer',
  params: Slot.extend({ version: Version }),
  response: ProfileFile.omit({ model: true }),
  problems: [404],
} as const satisfies OperationSpec;

const activate = {
  id: 'activateProfile',
  summary: 'Make this version the active one',
  role: 'admin',
  params: Slot,
  body: z.strictObject({ version: Version }),
  response: Pointer,
  problems: [409],
} as const satisfies OperationSpec;

const shadow = {
  id: 'shadowProfile',
  summary: 'Run this version in shadow of the active one, for comparison; null ends the shadow',
  role: 'admin',
  params: Slot,
  body: z.strictObject({ version: Version.nullable() }),
  response: Pointer,
  problems: [409],
} as const satisfies OperationSpec;

const rollback = {
  id: 'rollBackProfile',
  summary: 'Return to the version that was active before',
  role: 'admin',
  params: Slot,
  response: Pointer,
  problems: [409],
} as const satisfies OperationSpec;

/** Profiles: what is active, what was, and changing it. */
@Controller('api/v1/profiles')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class ProfilesController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get()
  @Operation(listProfiles)
  async list(): Promise<z.infer<typeof listProfiles.response>> {
    const pointers = await this.parts.profiles.pointers();
    return { profiles: await Promise.all(pointers.map((pointer) => this.listed(pointer))) };
  }

  @Get('learning')
  @Operation(listLearning)
  async learning(): Promise<z.infer<typeof listLearning.response>> {
    const courses = await this.parts.profiles.learning();
    return { learning: courses.flatMap(learningView) };
  }

  @Get(':application/:workload/:detector')
  @Operation(getProfile)
  async get(@Input() { params: slot }: InputOf<typeof getProfile>): Promise<z.infer<typeof Detail>> {
    const { profiles } = this.parts;
    const versions = await profiles.versions(slot);
    if (versions.length === 0) throw new ProblemError(404, 'not-found', 'there is no such profile');
    const history = await profiles.history(slot);
    return {
      ...(await this.listed(await profiles.pointer(slot))),
      versions: [...versions],
      history: history.map(({ action, active, shadow, atMs, by }) => ({
        action,
        ...(active === undefined ? {} : { active }),
        ...(shadow === undefined ? {} : { shadow }),
        at: iso(atMs),
        by,
      })),
    };
  }

  @Get(':application/:workload/:detector/versions/:version')
  @Operation(getVersion)
  async version(
    @Input() { params: { version, ...slot } }: InputOf<typeof getVersion>,
  ): Promise<z.infer<typeof getVersion.response>> {
    const bytes = await this.parts.profiles.get(slot, version);
    if (bytes === undefined) throw new ProblemError(404, 'not-found', 'there is no such version');
    const { model: _model, ...rest } = readProfile(bytes);
    return rest;
  }

  @Post(':application/:workload/:detector/activate')
  @Operation(activate)
  activate(@Input() { params, body }: InputOf<typeof activate>, @From() caller: Caller): Promise<Pointer> {
    const { version } = body;
    return this.change(params, 'activate', version, caller, () =>
      this.parts.profiles.activate(params, version, caller.name),
    );
  }

  @Post(':application/:workload/:detector/shadow')
  @Operation(shadow)
  shadow(@Input() { params, body }: InputOf<typeof shadow>, @From() caller: Caller): Promise<Pointer> {
    const version = body.version ?? undefined;
    return this.change(params, version === undefined ? 'unshadow' : 'shadow', version ?? '', caller, () =>
      this.parts.profiles.shadow(params, version, caller.name),
    );
  }

  @Post(':application/:workload/:detector/rollback')
  @Operation(rollback)
  rollback(@Input() { params }: InputOf<typeof rollback>, @From() caller: Caller): Promise<Pointer> {
    return this.change(params, 'rollback', '', caller, () => this.parts.profiles.rollback(params, caller.name));
  }

  private async listed(pointer: ProfilePointer): Promise<z.infer<typeof Listed>> {
    const found = await profileReport(this.parts.profiles, pointer.slot);
    if (found === undefined) return pointerView(pointer);
    const { type: _t, schema: _s, application: _a, workload: _w, detector: _d, ...report } = found;
    return { ...pointerView(pointer), report };
  }

  private async change(
    slot: ProfileSlot,
    action: ProfileChangeRecord['action'],
    version: string,
    caller: Caller,
    make: () => Promise<ProfilePointer>,
  ): Promise<Pointer> {
    const { profiles } = this.parts;
    if (version !== '') await checkStored(profiles, slot, version);
    const target = `${slot.application}/${slot.workload}/${slot.detector}`;
    await audit(this.parts, caller, { action: `profile.${action}`, target, detail: version });
    const pointer = await make();
    await this.announce(pointer, action, caller);
    return pointerView(pointer);
  }

  /** Tells the topic; detectors follow the store, so a lost announcement changes nothing but who hears of it. */
  private announce(
    { slot, active, shadow, revision }: ProfilePointer,
    action: ProfileChangeRecord['action'],
    { name }: Caller,
  ): Promise<void> {
    const record: ProfileChangeRecord = {
      schema: 1,
      ...slot,
      action,
      ...(active === undefined ? {} : { active }),
      ...(shadow === undefined ? {} : { shadow }),
      revision,
      by: name,
      atMs: this.parts.clock.nowMs(),
    };
    const key = `${slot.application}/${slot.workload}/${slot.detector}`;
    return this.parts.log.publish([{ topic: TOPICS.profiles.name, key, value: encodeJson(record) }]);
  }
}

/** None where another release told it in its own way. */
function learningView(bytes: Uint8Array): z.infer<typeof Learning>[] {
  const { data } = LearningCourse.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (data === undefined) return [];
  const { schema: _, points, ...course } = data;
  return [{ ...course, points: points.map(({ atMs, ...point }) => ({ at: iso(atMs), ...point })) }];
}

function pointerView({ slot, active, shadow, revision }: ProfilePointer): Pointer {
  const { application, workload, detector } = slot;
  return {
    application,
    workload,
    detector,
    ...(active === undefined ? {} : { active }),
    ...(shadow === undefined ? {} : { shadow }),
    revision,
  };
}
