import { type DynamicModule, Module } from '@nestjs/common';

import type { CollectorSettings } from './collector-settings.js';
import { Publisher } from './publisher.js';
import { ReplayController } from './replay/replay.controller.js';
import { COLLECTOR_SETTINGS } from './tokens.js';

/** What the collector takes in over HTTP; each way of intake is a controller that publishes through `Publisher`. */
@Module({})
export class CollectorModule {
  static publishing(publisher: Publisher, settings: CollectorSettings): DynamicModule {
    return {
      module: CollectorModule,
      controllers: settings.replay ? [ReplayController] : [],
      providers: [
        { provide: Publisher, useValue: publisher },
        { provide: COLLECTOR_SETTINGS, useValue: settings },
      ],
    };
  }
}
