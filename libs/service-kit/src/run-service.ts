import 'reflect-metadata';

import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { StreamObserver } from '@plimsoll/streaming';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';

import { readConfiguration, type Sections } from './environment.js';
import type { EventLogTransport } from './event-log-transport.js';
import { JsonLogger, openLog } from './json-logger.js';
import { Lifecycle, type LifecycleLog, type Step } from './lifecycle.js';
import type { Dependency } from './readiness.js';
import type { ServiceSettings } from './service-settings.js';
import { ServiceModule } from './service.module.js';
import { StreamMetrics } from './stream-metrics.js';
import { streamReport } from './stream-report.js';
import { Termination } from './termination.js';

/** What a service builds its parts with. */
export interface ServiceTools {
  readonly log: Logger;
  /** For metrics of the service's own; served at `/metrics`. */
  readonly registry: Registry;
  /** Gives the stream's events to log and metrics. */
  readonly observer: StreamObserver;
  /** Logs what a step of the start waits for, and why. */
  readonly waiting: (on: string, reason: string) => void;
  /** Logs what a client library has to say. What it calls an error it mostly tries again; our own events say the rest. */
  readonly clientMessage: (level: 'warn' | 'error', message: string) => void;
}

/** The parts of a service: adapters chosen, work wired. */
export interface ServiceParts {
  /** The Nest module with the service's controllers. */
  readonly module: Type | DynamicModule;
  /** Closed when nothing uses them any more. They connect when first used, so that health answers while they cannot. */
  readonly connections: readonly Step[];
  /** What readiness asks, besides whether the stream is being consumed. */
  readonly dependencies: readonly Dependency[];
  /** Begun once health is served, before the stream is consumed; a service that only publishes does its work here. */
  readonly steps?: readonly Step[];
  /** Consumes topics; left out where the service only publishes. */
  readonly transport?: EventLogTransport;
  /** Prepares the HTTP server before it listens: content types, say. */
  readonly prepareHttp?: (application: NestFastifyApplication) => void;
}

/**
 * A service's whole life, called once by its `main.ts`: reads the configuration (all problems at once, then exit code
 * 1), starts step by step, serves until SIGTERM or SIGINT, stops taking in first and closes connections last, and ends
 * with code 0 where every stop step succeeded within `PLIMSOLL_STOP_TIMEOUT_MS`. A second signal ends it at once.
 */
export async function runService<T extends { readonly service: ServiceSettings }>(
  name: string,
  sections: Sections<T>,
  build: (configuration: Readonly<T>, tools: ServiceTools) => ServiceParts,
): Promise<void> {
  const configuration = configurationOf(name, sections);
  if (!configuration) return;
  const { service } = configuration;
  const log = openLog(name, service.logLevel);
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: registry });
  // Gauges with the name of a counter; the same figures stand beside them, by type.
  for (const of of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${of}_total`);
  let lifecycle: Lifecycle | undefined;
  const termination = new Termination(log, () => lifecycle?.stop(service.stopTimeoutMs));
  try {
    const parts = build(configuration, toolsOf(log, registry));
    const application = await createApplication(parts, service, registry, log);
    lifecycle = new Lifecycle(stepsOf(parts, application, service), lifecycleLog(log));
    await lifecycle.start();
    log.info({ address: await application.getUrl() }, 'started');
  } catch (error) {
    termination.after(error);
  }
}

function toolsOf(log: Logger, registry: Registry): ServiceTools {
  return {
    log,
    registry,
    observer: streamReport(log, new StreamMetrics(registry)),
    waiting: (on, reason) => {
      log.warn({ on, reason }, 'start waits');
    },
    clientMessage: (level, message) => {
      log.warn({ context: 'client', clientLevel: level }, message);
    },
  };
}

function configurationOf<T extends object>(name: string, sections: Sections<T>): Readonly<T> | undefined {
  try {
    return readConfiguration(sections);
  } catch (error) {
    process.stderr.write(`${name} cannot start: ${error instanceof Error ? error.message : 'wrong configuration'}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

async function createApplication(
  parts: ServiceParts,
  { trustedProxies }: ServiceSettings,
  registry: Registry,
  log: Logger,
): Promise<NestFastifyApplication> {
  const { module, transport, dependencies, prepareHttp } = parts;
  const stream: Dependency[] = transport ? [{ name: 'stream', check: () => transport.health() }] : [];
  const application = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.around(module, [...dependencies, ...stream], registry),
    new FastifyAdapter(trustedProxies.length === 0 ? {} : { trustProxy: [...trustedProxies] }),
    { logger: new JsonLogger(log), abortOnError: false },
  );
  prepareHttp?.(application);
  if (transport) application.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  return application;
}

function stepsOf(parts: ServiceParts, application: NestFastifyApplication, service: ServiceSettings): Step[] {
  const { connections, steps = [], transport } = parts;
  const http: Step = {
    name: 'http',
    start: async () => {
      await application.listen(service.httpPort, service.httpHost);
    },
    stop: () => application.close(),
  };
  const stream: Step[] = transport
    ? [
        {
          name: 'stream',
          start: async () => {
            await application.startAllMicroservices();
          },
          stop: () => transport.close(),
        },
      ]
    : [];
  return [...connections, http, ...steps, ...stream];
}

function lifecycleLog(log: Logger): LifecycleLog {
  return {
    started: (step, tookMs) => {
      log.info({ step, tookMs: Math.round(tookMs) }, 'step started');
    },
    stopped: (step, tookMs) => {
      log.info({ step, tookMs: Math.round(tookMs) }, 'step stopped');
    },
    failed: (step, error) => {
      log.error({ step, err: error }, 'step did not stop cleanly');
    },
  };
}
