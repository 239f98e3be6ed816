import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app';
import { Clock } from '../../src/platform/clock';
import { readConfig } from '../../src/platform/config';
import { EventStore } from '../../src/platform/event-store/event-store';
import { Streams } from '../../src/platform/event-store/streams';
import { Ids } from '../../src/platform/ids';
import { Mailbox, type KeptMail } from '../../src/platform/mail/mailbox';
import { Mailer } from '../../src/platform/mail/mailer';
import { modelsOf } from '../../src/platform/processors/stores';
import { Models } from '../../src/platform/read-store/models';
import { ReadStore } from '../../src/platform/read-store/read-store';
import { Registry } from '../../src/platform/registry';
import { Vault } from '../../src/platform/security/vault';

/** Stands still until it is moved; `running` goes on from a time like the system's. */
export class SettableClock extends Clock {
  private offset = 0;
  private fixed: number | undefined;

  now(): string {
    return new Date(this.millis()).toISOString();
  }
  millis(): number {
    return (this.fixed ?? Date.now()) + this.offset;
  }
  /** From now on it is this time. */
  set(at: string): void {
    this.fixed = Date.parse(at);
    this.offset = 0;
  }
  advance(milliseconds: number): void {
    this.offset += milliseconds;
  }
}

/** An app that can be asked, in this process or another. */
export interface Answering {
  readonly url: string;
  /** As a browser on our own pages would: same origin, no following of redirects. `form` is sent urlencoded. */
  /** A test app's reads wait until every read model has folded what the log holds (a busy machine may lag behind any patience of the product's). */
  request(path: string, options?: RequestOptions): Promise<Response>;
}

export interface TestApp extends Answering {
  readonly folder: string;
  readonly clock: SettableClock;
  readonly app: NestFastifyApplication;
  readonly streams: Streams;
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly models: Models;
  readonly vault: Vault;
  readonly ids: Ids;
  /** Mails to this address (or all), newest first. */
  mails(to?: string): Promise<readonly KeptMail[]>;
  /** A mail of this kind to this address, waited for. */
  mail(kind: string, to: string): Promise<KeptMail>;
  /** Until every read model has folded what the log holds now: for tests that ask a list which waits for nobody. */
  caughtUp(): Promise<void>;
  /** The same folder, started anew; the clock goes on. */
  restart(): Promise<TestApp>;
  /** Stops and removes the folder. */
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface StartOptions {
  readonly folder?: string;
  readonly clock?: SettableClock;
  readonly env?: Readonly<Record<string, string>>;
}

/** The real app on a folder of its own, on a free port of this machine. Call `stop()`. */
export async function startApp({ folder, clock = new SettableClock(), env = {} }: StartOptions = {}): Promise<TestApp> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'largesse-app-')));
  const config = readConfig({
    DATA_DIR: home,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    PUBLIC_URL: 'http://largesse.test',
    DEMO: '0',
    ...env,
  });
  const app = await createApp(config, { clock });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const mailer = app.get(Mailer);
  const mails = async (to?: string): Promise<readonly KeptMail[]> => (mailer instanceof Mailbox ? mailer.list({ to }) : []);
  const caughtUp = async (): Promise<void> => {
    const [models, head] = [app.get(Models), await app.get(EventStore).head()];
    for (const projection of modelsOf(app.get(Registry)))
      if (!(await models.settled(projection, head, PATIENCE_MS))) throw new Error(`${projection.name} never got as far as ${head}`);
  };
  return {
    url,
    folder: home,
    clock,
    app,
    streams: app.get(Streams),
    events: app.get(EventStore),
    store: app.get(ReadStore),
    models: app.get(Models),
    vault: app.get(Vault),
    ids: app.get(Ids),
    mails,
    mail: (kind, to) => eventually(async () => (await mails(to)).find((mail) => mail.kind === kind), `a mail "${kind}" to ${to}`),
    caughtUp,
    request: async (path, options) => {
      if (isRead(options)) await caughtUp();
      return request(url, path, options);
    },
    restart: async () => {
      await app.close();
      return startApp({ folder: home, clock, env });
    },
    stop: async () => {
      await app.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const isRead = ({ method = 'GET', form, json }: RequestOptions = {}): boolean =>
  method === 'GET' && form === undefined && json === undefined;

export function request(url: string, path: string, { method, headers = {}, form, json }: RequestOptions = {}): Promise<Response> {
  const body = form ? new URLSearchParams(form).toString() : json === undefined ? undefined : JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : json === undefined ? undefined : 'application/json';
  return fetch(url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin', ...(type ? { 'content-type': type } : {}), ...headers },
    body,
  });
}

/** A machine that is ten times slower than any of ours gets there; what never comes is said before jest loses its own patience. */
export const PATIENCE_MS = 60_000;

/** Asks until there is an answer, at most a minute. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`There never was ${what}`);
}
