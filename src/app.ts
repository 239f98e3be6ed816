import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppOptions } from './app.module';
import { type Config, readConfig } from './platform/config';
import { Readiness } from './platform/platform.module';
import { Logs, NestLogs } from './platform/telemetry/logs';
import { ApiDocument } from './platform/web/api-docs';
import { openApiDocument } from './platform/web/openapi';
import { createAdapter, prepareServer } from './platform/web/server';
import { registry } from './registry';

/** The whole product, ready to listen: for main.ts, the command line and the tests alike. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, options), createAdapter(config), {
    logger: false,
    abortOnError: false,
  });
  app.useLogger(new NestLogs(app.get(Logs)));
  await prepareServer(app, config);
  app.get(ApiDocument).attach(app);
  await app.init();
  app.get(Readiness).open();
  return app;
}

/** The OpenAPI document as text, made without opening anything: for docs/openapi.json and the test that keeps it current. */
export async function describeApi(): Promise<string> {
  const config = readConfig({});
  const options = { preview: true, logger: false, abortOnError: false } as const;
  const app = await NestFactory.create(AppModule.with(config), createAdapter(config), options);
  return `${JSON.stringify(openApiDocument(app, registry), null, 2)}\n`;
}
