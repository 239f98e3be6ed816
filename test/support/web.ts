import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registration } from '../../src/kernel/registration';
import { readConfig } from '../../src/platform/config';
import { PlatformModule, Readiness } from '../../src/platform/platform.module';
import { platform } from '../../src/platform/platform.registration';
import { Registry } from '../../src/platform/registry';
import type { Caller } from '../../src/platform/security/caller';
import { ApiDocument } from '../../src/platform/web/api-docs';
import { PageNetworks, type PageNetwork } from '../../src/platform/web/page';
import { createAdapter, prepareServer } from '../../src/platform/web/server';
import { compiled } from '../../src/platform/workers';

export const harbor: PageNetwork = {
  id: 'net_1',
  slug: 'harbor-street',
  name: 'Harbor Street',
  timeZone: 'America/New_York',
  language: 'en',
  currency: 'USD',
  brand: '#0f6a73',
  test: true,
  contactEmail: 'help@harborstreet.example',
  postalAddress: '12 Commercial St, Portland, ME 04101',
};

class OneNetwork extends PageNetworks {
  network(id: string): Promise<PageNetwork | undefined> {
    return Promise.resolve(id === harbor.id ? harbor : undefined);
  }
  networkBySlug(slug: string): Promise<PageNetwork | undefined> {
    return Promise.resolve(slug === harbor.slug ? harbor : undefined);
  }
}

/** Stands in for the guard, which is tested elsewhere: `x-caller` says who sends. */
class SaysWho {
  canActivate(context: { switchToHttp(): { getRequest(): { headers: Record<string, string>; caller: Caller } } }): boolean {
    const request = context.switchToHttp().getRequest();
    const permissions = new Set((request.headers['x-permissions'] ?? '').split(' '));
    const network = harbor.id;
    if (request.headers['x-caller'] === 'key') request.caller = { kind: 'apiKey', id: 'key_1', network, permissions };
    else if (request.headers['x-caller'] === 'nadia') {
      request.caller = { kind: 'employee', id: 'emp_1', name: 'Nadia Roy', network, permissions, sessionKey: 's' };
    } else request.caller = { kind: 'anonymous' };
    return true;
  }
}

@Module({})
class TestModule {}

export interface WebApp {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly registry: Registry;
  stop(): Promise<void>;
}

/** The platform alone with a few controllers on it: for what the web layer promises to all of them. */
export async function startWeb(
  controllers: readonly Type[],
  registration: Partial<Registration> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<WebApp> {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-web-'));
  const config = readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent', PUBLIC_URL: 'http://largesse.test', DEMO: '1', ...env });
  const registry = new Registry([platform, { ...empty, ...registration }]);
  const registryFile = compiled(join(__dirname, '../../src'), 'registry.js');
  const module: DynamicModule = {
    module: TestModule,
    global: true,
    imports: [PlatformModule.with({ config, registry, registryFile })],
    controllers: [...controllers],
    providers: [
      { provide: PageNetworks, useClass: OneNetwork },
      { provide: APP_GUARD, useClass: SaysWho },
    ],
    exports: [PageNetworks],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(config), { logger: false, abortOnError: false });
  await prepareServer(app, config);
  app.get(ApiDocument).attach(app);
  await app.init();
  app.get(Readiness).open();
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { url, app, registry, stop };
}

const empty: Registration = {
  module: 'test',
  aggregates: [],
  projections: [],
  policies: [],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: [],
  pages: [],
  rejections: {},
  messages: { en: {}, fr: {} },
};
