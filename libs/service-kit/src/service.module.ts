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
import { Registry } from 'prom-client';

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
