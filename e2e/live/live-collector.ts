import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { TOPICS, type LogEvent } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';

import { ServiceProcess } from '../services/service-process.js';
import { LogReader } from './log-reader.js';

/** The collector as its own process, attached to processes, and what it publishes. */
export class LiveCollector {
  private constructor(
    private readonly folder: string,
    private readonly service: ServiceProcess,
    private readonly reader: LogReader,
  ) {}

  /** Resolves once every process is attached to. `pids` by workload. */
  static async start(
    brokers: string,
    application: string,
    pids: Readonly<Record<string, number>>,
  ): Promise<LiveCollector> {
    await applyTopics({ brokers: brokers.split(',') }, Object.values(TOPICS));
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-live-'));
    const targets = Object.entries(pids).map(([workload, pid]) => ({ name: workload, workload, attach: { pid } }));
    const path = join(folder, 'targets.json');
    await writeFile(path, JSON.stringify({ application, targets }));
    const reader = await LogReader.start(brokers, application);
    const service = await ServiceProcess.start('collector', {
      KAFKA_BROKERS: brokers,
      PLIMSOLL_STATE_DIR: folder,
      PLIMSOLL_TARGETS_PATH: path,
    });
    await service.readiness(200);
    await Promise.all(Object.values(pids).map(untilTraced));
    return new LiveCollector(folder, service, reader);
  }

  get events(): readonly LogEvent[] {
    return [...this.reader.events.values()];
  }

  get repeated(): number {
    return this.reader.repeated;
  }

  /** Detaches, publishes what is left, and resolves once nothing more comes. */
  async stop(): Promise<void> {
    const { code, output } = await this.service.stop();
    if (code !== 0) throw new Error(`the collector ended with ${String(code)}:\n${output}`);
    for (let before = -1; before !== this.reader.events.size;) {
      before = this.reader.events.size;
      await wait(1_500);
    }
    await this.reader.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Every thread of the process has a tracer. */
async function untilTraced(pid: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const threads = await readdir(`/proc/${pid}/task`);
    const traced = await Promise.all(threads.map((thread) => hasTracer(`/proc/${pid}/task/${thread}/status`)));
    if (traced.every(Boolean)) return;
    await wait(50);
  }
  throw new Error(`nobody traces process ${pid}`);
}

async function hasTracer(path: string): Promise<boolean> {
  try {
    return !/^TracerPid:\t0$/m.test(await readFile(path, 'utf8'));
  } catch {
    // The thread has ended.
    return true;
  }
}
