import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { writeFileSync } from 'node:fs';
import { AppModule } from './app.module';
import { readConfig } from './platform/config';
import { openApiDocument } from './platform/web/openapi';
import { createAdapter } from './platform/web/server';
import { registry } from './registry';

/** The OpenAPI document as a file, made without opening anything: `node dist/openapi.js docs/openapi.json`. */
export async function openApiText(): Promise<string> {
  const config = readConfig({});
  const app = await NestFactory.create(AppModule.with(config), createAdapter(config), { preview: true, logger: false, abortOnError: false });
  return `${JSON.stringify(openApiDocument(app, registry), null, 2)}\n`;
}

const file = process.argv[2];
if (require.main === module && file) void openApiText().then((text) => writeFileSync(file, text));
