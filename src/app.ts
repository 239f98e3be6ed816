import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppOptions } from './app.module';
import type { Config } from './platform/config';
import { Readiness } from './platform/platform.module';
import { Logs, NestLogs } from './platform/telemetry/logs';
import { ApiDocument } from './platform/web/api-docs';
import { createAdapter, prepareServer } from './platform/web/server';

/** The whole product, ready to listen: for main.ts, the command line and the tests alike. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, options), createAdapter(config), { bufferLogs: true, abortOnError: false });
  app.useLogger(new NestLogs(app.get(Logs)));
  await prepareServer(app, config);
  app.get(ApiDocument).attach(app);
  await app.init();
  app.get(Readiness).open();
  return app;
}
