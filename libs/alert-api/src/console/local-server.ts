import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { AlertApiModule, type AlertApiOptions } from '../api/alert-api.module.js';
import { serveConsole } from './serve-console.js';

/** The interface and the console without a service around them: for a run in one process. It does not listen yet. */
export async function localServer(api: AlertApiOptions, consoleFolder: string): Promise<NestFastifyApplication> {
  const application = await NestFactory.create<NestFastifyApplication>(
    AlertApiModule.register(api),
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: ['error', 'fatal'] },
  );
  serveConsole(application, consoleFolder);
  return application;
}
