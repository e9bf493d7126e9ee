import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { PlimsollError } from '@plimsoll/contracts';
import type { WhereOf } from '@plimsoll/pipelines';
import type { Dependency, ServiceTools, Step } from '@plimsoll/service-kit';
import type { SourceContext } from '@plimsoll/sources';
import type { EventLog, Health } from '@plimsoll/streaming';

import { IntakeReport } from './intake-report.js';
import type { IntakeSettings } from './intake-settings.js';
import type { PartitionCounts } from './partition-counts.js';
import { Arrivals } from './intake/arrivals.js';
import { Checkpoints } from './intake/follow/checkpoint.js';
import { AuditWebhook } from './intake/http/audit-webhook.js';
import { IntakeServer } from './intake/http/intake-server.js';
import { JsonLinesIntake } from './intake/http/json-lines-intake.js';
import { LiveProgress } from './intake/live-progress.js';
import { announceLoss } from './intake/spool/lost-records.js';
import { Outbox } from './intake/spool/outbox.js';
import { Spool } from './intake/spool/spool.js';
import { LiveTargets } from './intake/targets/live-targets.js';
import { watchTargets } from './intake/targets/targets-file.js';

/** How values are kept, for every source alike. */
export type PrivacySettings = Pick<SourceContext, 'privacy' | 'digestKey'>;

/**
 * The sources that cannot wait (files that grow, attached processes, what is pushed over HTTP) in the order in which
 * they start: the spool first, since everything ends there while Kafka is away.
 */
export class LiveIntake {
  readonly #settings: IntakeSettings;
  readonly #privacy: PrivacySettings;
  readonly #log: Pick<EventLog, 'publish'>;
  readonly #counts: PartitionCounts;
  readonly #report: IntakeReport;
  readonly #arrivals = new Arrivals();
  readonly #stopping = new AbortController();
  #outbox: Outbox | undefined;
  #targets: LiveTargets | undefined;
  #following: Promise<void> | undefined;
  #server: IntakeServer | undefined;
  #listening = false;
  #brokenTargets: string | undefined;
  #progress: LiveProgress | undefined;
  #lines: JsonLinesIntake | undefined;
  #audit: AuditWebhook | undefined;

  constructor(
    settings: IntakeSettings,
    privacy: PrivacySettings,
    log: Pick<EventLog, 'publish'>,
    counts: PartitionCounts,
    tools: Pick<ServiceTools, 'log' | 'registry'>,
  ) {
    this.#settings = settings;
    this.#privacy = privacy;
    this.#log = log;
    this.#counts = counts;
    this.#report = new IntakeReport(tools);
    this.#report.watchArrivals(this.#arrivals);
  }

  /** Nothing where no live intake is configured. */
  steps(): Step[] {
    const { stateFolder, targetsPath, server } = this.#settings;
    if (stateFolder === undefined) return [];
    return [
      { name: 'spool', start: () => this.#openSpool(stateFolder), stop: async () => this.#outbox?.stop() },
      ...(targetsPath === undefined
        ? []
        : [{ name: 'targets', start: () => this.#follow(targetsPath, stateFolder), stop: () => this.#unfollow() }]),
      ...(server === undefined
        ? []
        : [{ name: 'intake', start: () => this.#listen(server), stop: () => this.#hangUp() }]),
      { name: 'progress', start: () => this.#tellProgress(), stop: async () => this.#progress?.stop() },
    ];
  }

  /**
   * With a spool the collector takes records in while Kafka is away: then it is the spool that must answer, and who is
   * told that the collector is ready may send.
   */
  dependencies(): Dependency[] {
    const { stateFolder, server, targetsPath } = this.#settings;
    if (stateFolder === undefined) return [];
    const notOpen: Health = { ready: false, reason: 'not open yet' };
    const spool = { name: 'spool', check: async () => (await this.#outbox?.health()) ?? notOpen };
    const listening = (): Health => (this.#listening ? { ready: true } : notOpen);
    const targets = { name: 'targets', check: () => Promise.resolve(this.#targetsHealth() ?? notOpen) };
    const intake = { name: 'intake', check: () => Promise.resolve(listening()) };
    const clocks = { name: 'clocks', check: () => Promise.resolve(this.#arrivals.health()) };
    const requests = { name: 'requests', check: () => Promise.resolve(this.#arrivals.unseenHealth()) };
    return [
      spool,
      clocks,
      requests,
      ...(targetsPath === undefined ? [] : [targets]),
      ...(server === undefined ? [] : [intake]),
    ];
  }

  /** A targets file that cannot be used is an error to mend, though what was read before is still used. */
  #targetsHealth(): Health | undefined {
    const reason = this.#brokenTargets;
    if (reason !== undefined) return { ready: false, reason: `${reason}; the last good one is still used` };
    return this.#targets?.health();
  }

  async #openSpool(stateFolder: string): Promise<void> {
    const spool = await Spool.open({
      folder: join(stateFolder, 'spool'),
      maxBytes: this.#settings.spoolBytes,
      announceLoss: (lost) => announceLoss(lost, 'spool-overflow'),
      onOverflow: this.#report.overflow,
    });
    this.#report.watchSpool(spool);
    this.#outbox = new Outbox({ log: this.#log, spool, onSpooling: this.#report.spooling });
  }

  async #follow(targetsPath: string, stateFolder: string): Promise<void> {
    const targets = new LiveTargets({
      outbox: this.#opened(),
      arrivals: this.#arrivals,
      checkpoints: await Checkpoints.open(join(stateFolder, 'checkpoints.json')),
      run: randomUUID(),
      onChange: this.#report.target,
      onCounts: this.#report.lines,
      ...this.#privacy,
    });
    this.#targets = targets;
    const { signal } = this.#stopping;
    const onInvalid = (error: PlimsollError): void => {
      this.#brokenTargets = error.message;
      this.#report.invalidTargets(error);
    };
    const versions = watchTargets(targetsPath, { signal, onInvalid, onValid: () => (this.#brokenTargets = undefined) });
    // The first content must be usable, and is used when the step ends; what follows is a matter of its own.
    const first = await versions.next();
    if (first.done !== true) await targets.apply(first.value);
    this.#following = (async () => {
      for await (const version of versions) await targets.apply(version);
    })();
  }

  async #unfollow(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
    await this.#targets?.stop();
  }

  async #listen(options: NonNullable<IntakeSettings['server']>): Promise<void> {
    const server = new IntakeServer({ ...options, onRefused: this.#report.refused });
    const outbox = this.#opened();
    const { application, name } = this.#settings.cluster;
    const cluster = { application, workload: name, container: name, stream: `k8s-audit/${name}` };
    const arrivals = this.#arrivals;
    this.#audit = new AuditWebhook(server, { cluster, outbox, arrivals, ...this.#privacy });
    const targets = this.#targets;
    const whereOf: WhereOf | undefined = targets && ((facts) => targets.whereOf(facts));
    this.#lines = new JsonLinesIntake(server, { outbox, arrivals, ...this.#privacy, ...(whereOf && { whereOf }) });
    this.#server = server;
    await server.listen();
    this.#listening = true;
  }

  async #hangUp(): Promise<void> {
    await this.#server?.close();
    await this.#audit?.stop();
  }

  #tellProgress(): Promise<void> {
    this.#progress = new LiveProgress(this.#arrivals, this.#opened(), this.#counts, randomUUID(), () =>
      this.#lines?.idle(),
    );
    this.#progress.start();
    return Promise.resolve();
  }

  #opened(): Outbox {
    if (!this.#outbox) throw new Error('the spool is opened first');
    return this.#outbox;
  }
}
