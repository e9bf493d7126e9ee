import {
  Controller,
  type DynamicModule,
  Get,
  Header,
  Inject,
  Module,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';

import { type Dependency, readiness, type ReadinessReport } from './readiness.js';

const DEPENDENCIES = Symbol('dependencies');

@Controller('health')
class HealthController {
  readonly #dependencies: readonly Dependency[];

  constructor(@Inject(DEPENDENCIES) dependencies: readonly Dependency[]) {
    this.#dependencies = dependencies;
  }

  /** The process answers: what a restart could mend is mended by its absence. */
  @Get('live')
  live(): { readonly live: true } {
    return { live: true };
  }

  /** 200 where work is being done, 503 with what is waited for. */
  @Get('ready')
  async ready(): Promise<ReadinessReport> {
    const report = await readiness(this.#dependencies);
    if (!report.ready) throw new ServiceUnavailableException(report);
    return report;
  }
}

@Controller('metrics')
class MetricsController {
  readonly #registry: Registry;

  constructor(@Inject(Registry) registry: Registry) {
    this.#registry = registry;
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** What every service serves besides its own work: `/health/live`, `/health/ready`, `/metrics`. */
@Module({})
export class ServiceModule {
  static around(work: Type | DynamicModule, dependencies: readonly Dependency[], registry: Registry): DynamicModule {
    measureReadiness(dependencies, registry);
    return {
      module: ServiceModule,
      imports: [work],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: DEPENDENCIES, useValue: dependencies },
        { provide: Registry, useValue: registry },
      ],
    };
  }
}

/** What readiness tells, for alert rules: asked anew for each scrape. The reasons stay in readiness and the log. */
function measureReadiness(dependencies: readonly Dependency[], registry: Registry): void {
  new Gauge({
    name: 'plimsoll_dependency_state',
    help: '1 for the state of each part that readiness asks: ready, noticed (it works, and has something to tell), waiting',
    labelNames: ['on', 'state'],
    registers: [registry],
    async collect() {
      const { waitingFor, noticed = [] } = await readiness(dependencies);
      const has = (parts: readonly { readonly name: string }[], name: string): boolean =>
        parts.some((part) => part.name === name);
      for (const { name: on } of dependencies) {
        const waiting = has(waitingFor, on);
        const told = has(noticed, on);
        this.set({ on, state: 'ready' }, waiting || told ? 0 : 1);
        this.set({ on, state: 'noticed' }, told ? 1 : 0);
        this.set({ on, state: 'waiting' }, waiting ? 1 : 0);
      }
    },
  });
}
