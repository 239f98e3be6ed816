import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock';
import { EventStore } from '../event-store/event-store';
import { Busy } from '../event-store/streams';
import { ReadStore } from '../read-store/read-store';
import type { ApiKeyCaller } from './caller';
import { Identities } from './identities';
import { Vault } from './vault';

const USES = 'api-key-uses';
const FLUSH_EVERY = 30_000;
const FILL_AGAIN = 1_000;

/**
 * The API keys that work: one HMAC and a look-up in a map (engine 4). Alone on its data folder a process hears of every change and
 * the map is the truth; where several instances share a log each request asks the store once, so a revocation counts everywhere.
 */
@Injectable()
export class ApiKeyRing implements OnApplicationBootstrap, OnApplicationShutdown {
  /** From the model, at start; and what changed here since, which counts more (`undefined` is a key that was revoked). */
  private known: ReadonlyMap<string, ApiKeyCaller> = new Map();
  private readonly changed = new Map<string, ApiKeyCaller | undefined>();
  private readonly used = new Map<string, number>();
  /** What each open connection showed last. */
  private readonly shown = new WeakMap<object, { readonly key: string; readonly hash: string }>();
  private timer: NodeJS.Timeout | undefined;
  private refill: NodeJS.Timeout | undefined;
  /** False while `known` may lack what the log has: an unknown key is then no wrong key. */
  private complete = false;

  constructor(
    private readonly identities: Identities,
    private readonly vault: Vault,
    private readonly events: EventStore,
    private readonly store: ReadStore,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.store.ensureCollection({ name: USES, indexes: [] });
    if (this.events.exclusive) await this.fill();
    this.timer = setInterval(() => void this.flush().catch(() => undefined), FLUSH_EVERY).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    clearTimeout(this.refill);
    await this.flush();
  }

  /**
   * The caller that a key belongs to. Immediate in a process that is alone on its data folder.
   * @param connection whoever sends many requests keeps one open and shows the same key each time: its hash is made once
   * @throws Busy for an unknown key while keys are still being read
   */
  find(key: string, connection?: object): ApiKeyCaller | undefined | Promise<ApiKeyCaller | undefined> {
    const hash = connection ? this.hashOn(connection, key) : this.hashOf(key);
    const revokedHere = this.changed.has(hash) && this.changed.get(hash) === undefined;
    if (!this.events.exclusive && !revokedHere) return this.identities.apiKey(hash).then((caller) => this.seen(caller));
    if (this.changed.has(hash)) return this.seen(this.changed.get(hash));
    const caller = this.known.get(hash);
    if (!caller && !this.complete) throw new Busy('API keys are still being read');
    return this.seen(caller);
  }

  hashOf(key: string): string {
    return this.vault.hash('api-key', key);
  }

  /**
   * Only the hash is kept, never its verdict: a revoked key is refused on every connection at once. Comparing with what the same
   * connection showed takes words of eight characters (40 bits of a key) at least, so its time tells nobody behind a shared proxy anything.
   */
  private hashOn(connection: object, key: string): string {
    const last = this.shown.get(connection);
    if (last?.key === key) return last.hash;
    const hash = this.hashOf(key);
    this.shown.set(connection, { key, hash });
    return hash;
  }

  /** A key was created. */
  admit(keyHash: string, caller: ApiKeyCaller): void {
    this.changed.set(keyHash, caller);
  }

  /** A key was revoked: its next request is refused. */
  evict(keyHash: string): void {
    this.changed.set(keyHash, undefined);
  }

  /** When each key was last used, milliseconds since the epoch; up to half a minute late where another instance saw it. */
  async lastUsed(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const known = new Map<string, number>();
    for (const id of ids) {
      const at = this.used.get(id) ?? (await this.store.fetch<{ at: number }>(USES, id))?.doc.at;
      if (at !== undefined) known.set(id, at);
    }
    return known;
  }

  private seen(caller: ApiKeyCaller | undefined): ApiKeyCaller | undefined {
    if (caller) this.used.set(caller.id, this.clock.millis());
    return caller;
  }

  /** Until the model has caught up with the log what was read may lack a revocation, so it is read again. */
  private async fill(): Promise<void> {
    const { keys, settled } = await this.identities.apiKeys();
    this.known = keys;
    this.complete = settled;
    if (!settled) this.refill = setTimeout(() => void this.fill(), FILL_AGAIN).unref();
  }

  private async flush(): Promise<void> {
    const entries = [...this.used].map(([key, at]) => ({ key, doc: { at } }));
    this.used.clear();
    if (entries.length > 0) await this.store.putMany(USES, entries);
  }
}
