import type { LogEvent, ProcessActivity, TimeUs, WebRequest } from '@plimsoll/contracts';

import { requestParameters } from '../events/web/request-parameters.js';
import { requestPath } from '../events/web/request-path.js';
import { splitTarget } from '../events/web/web-request-event.js';
import { remembered } from '../bytes/remembered.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { TokenBucket } from '../bytes/token-bucket.js';
import type { SourceContext } from '../source.js';
import { RecentlyTold, TargetQuota } from './activity-limits.js';
import { shownText, subjectOf, type Subject } from './activity-subject.js';
import type { Activity } from './activity.js';
import { pathTemplate } from './path-template.js';
import { preparedValues, taintOf, type PreparedValue, type RequestValue } from './taint.js';
import type { Lineage } from './lineage.js';

/** Events that may be told at once, and a second of the trace's time after them. */
const BURST = 500;
const PER_SECOND = 50;
/** How long the end of the request is awaited in which something was done; later it is told without. */
const AWAITED_US = 3_000_000;
const MAX_HELD = 1_024;
const MAX_HEADERS = 64;
const SECOND_US = 1_000_000;
/** Acts on one target that are told in a minute. */
const MOST_SENSITIVE = 600;
const MOST_ORDINARY = 8;
/** Acts beyond those that are held for as long, since a parameter may have gone into them; without one they are not told. */
const MAX_SURPLUS = 512;

type RequestFacts = NonNullable<ProcessActivity['request']>;

interface Held {
  readonly activity: Activity;
  readonly subject: Subject;
  /** Requests that ran in a process of its line when it was done. */
  serving: number;
  request: RequestFacts | undefined;
  /** There were enough of its target already: it is told only where a parameter went into it. */
  readonly surplus: boolean;
}

/**
 * What programs did, as events, each with the request that it was done for. A process serves the requests that one of
 * its threads read; its children act for the request that was open at the birth. Of several open at once (an event
 * loop) it is the one whose parameter went into the act; where none did, no request is named.
 *
 * State: at most 1,024 acts for at most three seconds of the trace's time, and 16,384 names. At most 50 events a second
 * over time; what is beyond is announced as a gap.
 */
export class ActivityEvents {
  readonly #context: SourceContext;
  #held: Held[] = [];
  readonly #quota = new TargetQuota();
  readonly #told = new RecentlyTold();
  readonly #rate = new TokenBucket(BURST, PER_SECOND);
  /** What a process's program was started for: its children act for that too. */
  readonly #purpose = new WeakMap<Lineage, RequestFacts>();
  #surplus = 0;
  #ordinal = 0;
  #lost = 0;
  #lostUs: TimeUs = 0;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  act(activity: Activity): LogEvent[] {
    const released = this.#expire(activity.timeUs);
    const subject = subjectOf(activity);
    if (subject === undefined) return released;
    const { kind, timeUs, image } = activity;
    const { told, sensitive } = subject;
    const what = `${kind} ${image.known.program} ${told.target} ${told.shape ?? ''} ${String(told.file?.writes)}`;
    const surplus = !this.#quota.take(what, timeUs, sensitive ? MOST_SENSITIVE : MOST_ORDINARY);
    if (surplus && this.#surplus >= MAX_SURPLUS) return released;
    if (surplus) this.#surplus += 1;
    this.#held.push({ activity, subject, serving: 0, request: undefined, surplus });
    if (this.#held.length > MAX_HELD) released.push(...this.#release(this.#held.shift()!));
    return released;
  }

  /** A minute began; `parameters` where the source shows those of calls. */
  watched(timeUs: TimeUs, parameters = true): LogEvent[] {
    const base = this.#base(timeUs);
    return [
      ...this.#expire(timeUs),
      {
        ...base,
        type: 'process-activity',
        kind: 'watched',
        parameters,
        actor: '',
        serving: false,
        target: '',
        thread: 0,
      },
    ];
  }

  /** A request has ended: what was done for it is told. */
  served(exchange: HttpExchange, request: WebRequest): LogEvent[] {
    if (this.#held.length === 0) return [];
    const facts: RequestFacts = {
      event: request.id,
      digest: request.request,
      session: request.session,
      sessionBy: request.sessionBy,
      ...(request.client === undefined ? {} : { client: request.client }),
      method: request.method,
      path: request.path.slice(0, 512),
      status: request.status,
    };
    let values: readonly PreparedValue[] | undefined;
    const released: LogEvent[] = [];
    const waiting: Held[] = [];
    const isDuring = during(exchange);
    const isFor = servedBy(exchange);
    for (const held of this.#held) {
      const { activity, subject } = held;
      const tainted = isDuring(activity)
        ? taintOf(activity.kind, subject, (values ??= preparedValues(valuesOf(exchange))))
        : undefined;
      if (tainted !== undefined) {
        released.push(...this.#release({ ...held, request: facts }, tainted));
        continue;
      }
      if (isFor(activity)) {
        held.serving += 1;
        held.request = facts;
      }
      waiting.push(held);
    }
    this.#held = waiting;
    return [...released, ...this.#expire(exchange.endUs)];
  }

  end(): LogEvent[] {
    return this.#expire(Infinity);
  }

  #expire(nowUs: TimeUs): LogEvent[] {
    const released: LogEvent[] = [];
    while (this.#held.length > 0 && Math.abs(nowUs - this.#held[0]!.activity.timeUs) > AWAITED_US) {
      released.push(...this.#release(this.#held.shift()!));
    }
    return released;
  }

  #release({ activity, subject, serving, request, surplus }: Held, tainted?: ProcessActivity['tainted']): LogEvent[] {
    if (surplus) this.#surplus -= 1;
    if (surplus && (tainted === undefined || !this.#isNewTaint(activity, subject, tainted))) return [];
    const { process, kind, timeUs, thread } = activity;
    const sure = tainted !== undefined || serving === 1 ? request : undefined;
    const purpose = sure ?? this.#inherited(process);
    if (purpose !== undefined && kind === 'execute') this.#purpose.set(process, purpose);
    const image = activity.image.known;
    const { told } = subject;
    const what = `${kind} ${image.program} ${told.target} ${told.shape ?? ''} ${String(told.file?.writes)} ${purpose?.event ?? ''}`;
    const horizonUs = kind === 'execute' ? SECOND_US : 60 * SECOND_US;
    if (!this.#told.isNew(what, timeUs, horizonUs)) return [];
    if (!this.#rate.take(timeUs)) return this.#lose(timeUs);
    const text = shownText(subject.shown, this.#context.privacy);
    const event: ProcessActivity = {
      ...this.#base(timeUs),
      type: 'process-activity',
      kind,
      actor: pathTemplate(image.program),
      serving: image.serves,
      ...told,
      ...(activity.failed ? { failed: true } : {}),
      ...(purpose === undefined ? {} : { request: purpose }),
      ...(tainted === undefined ? {} : { tainted }),
      thread,
      ...(text === undefined ? {} : { text }),
    };
    return [...this.#gap(timeUs), event];
  }

  /** Of one target and parameter a few a minute are told: every request to a page names that page's file. */
  #isNewTaint(
    { kind, timeUs }: Activity,
    { told }: Subject,
    { parameter, relation }: NonNullable<ProcessActivity['tainted']>,
  ): boolean {
    return this.#quota.take(
      `${kind} ${told.target} ${told.shape ?? ''} ${parameter} ${relation}`,
      timeUs,
      MOST_ORDINARY,
    );
  }

  #inherited(process: Lineage): RequestFacts | undefined {
    const of = process.firstOfLine(0, (at) => this.#purpose.has(at));
    return of && this.#purpose.get(of);
  }

  #lose(timeUs: TimeUs): LogEvent[] {
    if (this.#lost === 0) this.#lostUs = timeUs;
    this.#lost += 1;
    return [];
  }

  /** What was lost before this event. */
  #gap(timeUs: TimeUs): LogEvent[] {
    if (this.#lost === 0) return [];
    const startUs = Math.min(this.#lostUs, timeUs);
    const gap = { startUs, endUs: Math.max(timeUs, startUs + 1), lost: this.#lost, cause: 'source-drop' as const };
    this.#lost = 0;
    return [{ ...this.#base(startUs), type: 'gap', of: 'process-activity', gap }];
  }

  #base(timeUs: TimeUs) {
    const { application, workload, container, stream } = this.#context;
    return {
      schema: 1 as const,
      application,
      workload,
      container,
      id: `${stream}#act/${this.#ordinal++}`.slice(-512),
      stream,
      key: `${container}/process`.slice(0, 512),
      timeUs,
    };
  }
}

type Test = (activity: Activity) => boolean;

/** Whether an act, or the birth of a process of its line, was while the request was open. */
function during({ startUs, endUs }: HttpExchange): Test {
  const within = (_: Lineage, timeUs: TimeUs): boolean => timeUs >= startUs && timeUs <= endUs;
  return ({ process, timeUs }) => process.firstOfLine(timeUs, within) !== undefined;
}

/** Whether an act is of the process that read the request, or of one that this made meanwhile. */
function servedBy({ thread, startUs, endUs }: HttpExchange): Test {
  let within = false;
  const isReader = (process: Lineage, timeUs: TimeUs): boolean => {
    if (!process.threads.has(thread)) return false;
    within = timeUs >= startUs && timeUs <= endUs;
    return true;
  };
  return ({ process, timeUs }) => {
    within = false;
    process.firstOfLine(timeUs, isReader);
    return within;
  };
}

const WHEREABOUTS = /^(?:host|origin|referer)$/i;
const saysWhere = remembered((name: string): boolean => WHEREABOUTS.test(name));

function valuesOf({ request }: HttpExchange): RequestValue[] {
  const { path, query } = splitTarget(request.target);
  return [
    ...requestParameters(request, query).parameters,
    ...requestPath(path).values,
    { name: 'path', value: path },
    ...request.headers.slice(0, MAX_HEADERS).map(([name, value]) => ({ name, value, whereabouts: saysWhere(name) })),
  ];
}
