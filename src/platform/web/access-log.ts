import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../security/caller';
import { Clock } from '../clock';
import { Config } from '../config';
import { Ids } from '../ids';
import { ReadStore, type Filter } from '../read-store/read-store';
import { Logs } from '../telemetry/logs';

/** One request of the API: no body, no header, no address, no URL; the pattern of its route. */
export interface ApiRequestEntry {
  readonly requestId: string;
  readonly at: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Milliseconds until the answer was sent. */
  readonly took: number;
  /** The API key's or employee's id. */
  readonly by: string | null;
}

/** As it waits: its time is written out with the batch, not on the way of the request. */
type Waiting = Omit<ApiRequestEntry, 'at'> & { readonly at: number };

/** A second's requests of one network are one document: a row a request would cost more than the request. */
interface Batch {
  readonly network: string;
  readonly entries: readonly ApiRequestEntry[];
}

export interface EntryFilter {
  readonly by?: string;
  readonly status?: number;
  readonly requestId?: string;
}

export interface EntryPage {
  readonly entries: readonly ApiRequestEntry[];
  /** Where the next page begins: a batch's key and how many of its entries are behind us. */
  readonly next: readonly [string, number] | undefined;
}

const COLLECTION = 'api-requests';
const EVERY_MS = 1_000;
const BATCH = 500;
/** When the store can't keep up, new entries are dropped and counted: the log must not eat the memory. */
const MOST_WAITING = 20_000;
/** A page looks through at most this many batches, so that a rare filter does not hold the store. */
const MOST_BATCHES = 200;
const DAY_MS = 86_400_000;

/** The API access log: entered after each answer, written in batches, kept for `API_LOG_DAYS`. */
@Injectable()
export class AccessLog implements OnModuleInit, OnModuleDestroy {
  private readonly waiting = new Map<string, Waiting[]>();
  private count = 0;
  private dropped = 0;
  private timer?: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: ReadStore,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly config: Config,
    private readonly logs: Logs,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [['network', 'key']] });
    this.timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Costs a push; called for each answer under /v1. A caller without a network (no key, a wrong one) is not kept. */
  enter(request: FastifyRequest, reply: FastifyReply): void {
    const caller = (request as { caller?: Caller }).caller;
    if (!caller || caller.kind === 'anonymous') return;
    if (this.count >= MOST_WAITING) {
      this.dropped++;
      return;
    }
    const entry = {
      requestId: request.id,
      at: this.clock.millis(),
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      took: Math.round(reply.elapsedTime * 10) / 10,
      by: caller.id,
    };
    const list = this.waiting.get(caller.network);
    if (list) list.push(entry);
    else this.waiting.set(caller.network, [entry]);
    this.count++;
  }

  /** Writes what waits; resolves when it is written. A store that fails loses entries, never a request. */
  flush(): Promise<void> {
    return (this.writing = this.writing.then(() => this.write()));
  }

  async page(network: string, filter: EntryFilter, limit: number, after?: readonly [string, number]): Promise<EntryPage> {
    await this.flush();
    const entries: ApiRequestEntry[] = [];
    let from = after;
    for (let looked = 0; looked < MOST_BATCHES; looked++) {
      const batch = await this.batchFrom(network, from);
      if (!batch) return { entries, next: undefined };
      const newest = [...batch.entries].reverse();
      for (let at = batch.skip; at < newest.length; at++) {
        if (entries.length === limit) return { entries, next: [batch.key, at] };
        if (matches(newest[at]!, filter)) entries.push(newest[at]!);
      }
      from = [batch.key, newest.length];
    }
    return { entries, next: from };
  }

  private async batchFrom(
    network: string,
    from: readonly [string, number] | undefined,
  ): Promise<{ key: string; entries: readonly ApiRequestEntry[]; skip: number } | undefined> {
    const at: Filter = { network, ...(from ? { key: { lte: from[0] } } : {}) };
    for (const { key, doc } of await this.store.list<Batch>(COLLECTION, { filter: at, sort: ['-key'], limit: 2 })) {
      const skip = from?.[0] === key ? from[1] : 0;
      if (skip < doc.entries.length) return { key, entries: doc.entries, skip };
    }
    return undefined;
  }

  private async write(): Promise<void> {
    if (this.dropped > 0) this.logs.log.warn({ dropped: this.dropped }, 'API access log entries dropped: the store could not keep up');
    this.dropped = 0;
    if (this.count === 0) return;
    const expiresAt = this.clock.millis() + this.config.apiLogDays * DAY_MS;
    const documents = [...this.waiting].flatMap(([network, entries]) =>
      chunks(entries).map((chunk) => {
        const key = this.ids.next('log');
        return {
          key,
          doc: { key, network, entries: chunk.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })) },
          expiresAt,
        };
      }),
    );
    this.waiting.clear();
    this.count = 0;
    await this.store
      .putMany(COLLECTION, documents)
      .catch((error: unknown) => this.logs.log.error({ err: error, documents: documents.length }, 'API access log not written'));
  }
}

const matches = (entry: ApiRequestEntry, { by, status, requestId }: EntryFilter): boolean =>
  (by === undefined || entry.by === by) &&
  (status === undefined || entry.status === status) &&
  (requestId === undefined || entry.requestId === requestId);

const chunks = (entries: readonly Waiting[]): readonly (readonly Waiting[])[] =>
  Array.from({ length: Math.ceil(entries.length / BATCH) }, (_, at) => entries.slice(at * BATCH, (at + 1) * BATCH));
