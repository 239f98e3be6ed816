import { Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../../kernel/event-sourcing';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { Outgoing, OutgoingFailure, type OutgoingProblem } from '../../platform/outgoing/outgoing';
import { ReadStore } from '../../platform/read-store/read-store';
import { Line, ListOf, MoneyField, MoneyInput } from '../../platform/web/input';
import { check } from '../../platform/web/validation';
import type { KnownEndpoint } from '../domain/webhook-endpoint';
import type { OfferedItem, OfferedItems, OfferingNetwork } from './offered-items';
import { WebhookEndpoints } from './webhook-endpoints';
import { USER_AGENT } from './webhook-sender';
import { signed } from './webhook-signature';

const COLLECTION = 'webhook-items';
/** A list is good for so long; an address that failed is left alone for a while, so that no screen waits for it again and again. */
const FRESH_MS = 30_000;
const LEFT_ALONE_MS = 10_000;
/** With a former list at hand the screen does not wait longer for a newer one. */
const PATIENCE_MS = 1_000;
const MOST_BYTES = 1_000_000;
const MOST_OFFERED = 500;

/** One item of a webhook's answer. */
export class WebhookItem {
  @Line(100, { description: 'Your own id of it; redemptions name it', example: 'loaf-01' }) id!: string;
  @Line(80, { description: 'As the button says it', example: 'Sourdough loaf' }) name!: string;
  @MoneyField({ description: 'Whole minor units, in the network’s currency' }) price!: MoneyInput;
}

/** What a webhook answers at GET. */
export class WebhookItemsBody {
  @ListOf(() => WebhookItem, MOST_OFFERED) items!: WebhookItem[];
}

/** What is wrong with an answer; each has its sentence `network.items.problem.…`. */
export type ItemsProblem = OutgoingProblem | 'status' | 'not-json' | 'not-items' | 'price' | 'currency' | 'twice';

interface Kept {
  readonly items?: readonly OfferedItem[];
  readonly asOf?: Instant;
  readonly triedAt: Instant;
  readonly problem?: ItemsProblem;
  /** A status, or the place in the answer. */
  readonly detail?: string;
}

class Unusable extends Error {
  constructor(
    readonly problem: ItemsProblem,
    readonly detail: string,
  ) {
    super(problem);
  }
}

/** Items that a webhook offers: asked for when they are wanted, the last good list kept for when it fails. */
@Injectable()
export class WebhookItems implements OnModuleInit {
  private readonly asking = new Map<string, Promise<Kept>>();

  constructor(
    private readonly store: ReadStore,
    private readonly outgoing: Outgoing,
    private readonly endpoints: WebhookEndpoints,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [] });
  }

  async offered(network: OfferingNetwork, endpoint: KnownEndpoint, locationId: string): Promise<OfferedItems> {
    return shown(await this.newest(network, endpoint, locationId));
  }

  /** What is kept, for the page of the webhook. */
  async kept(endpointId: string, locationId: string): Promise<Kept | undefined> {
    return (await this.store.fetch<Kept>(COLLECTION, keyOf(endpointId, locationId)))?.doc;
  }

  /** Asks now, however fresh the list is. */
  ask(network: OfferingNetwork, endpoint: KnownEndpoint, locationId: string): Promise<Kept> {
    const key = keyOf(endpoint.id, locationId);
    let asked = this.asking.get(key);
    if (!asked) {
      asked = this.fetch(network, endpoint, locationId).finally(() => this.asking.delete(key));
      this.asking.set(key, asked);
    }
    return asked;
  }

  private async newest(network: OfferingNetwork, endpoint: KnownEndpoint, locationId: string): Promise<Kept> {
    const kept = await this.kept(endpoint.id, locationId);
    const age = kept ? this.clock.millis() - Date.parse(kept.triedAt) : Infinity;
    if (kept && age < (kept.problem ? LEFT_ALONE_MS : FRESH_MS)) return kept;
    const asked = this.ask(network, endpoint, locationId);
    if (!kept?.items) return asked;
    return Promise.race([asked, sleep(PATIENCE_MS, { ...kept, problem: 'late' as const }, { ref: false })]);
  }

  private async fetch(network: OfferingNetwork, endpoint: KnownEndpoint, locationId: string): Promise<Kept> {
    const key = keyOf(endpoint.id, locationId);
    const triedAt = this.clock.now();
    let next: Kept;
    try {
      next = { items: await this.read(network, endpoint, locationId), asOf: triedAt, triedAt };
    } catch (error) {
      const { items, asOf } = (await this.kept(endpoint.id, locationId)) ?? {};
      next = { ...(items ? { items, asOf } : {}), triedAt, ...whatFailed(error) };
    }
    await this.store.put(COLLECTION, key, next);
    return next;
  }

  private async read(network: OfferingNetwork, endpoint: KnownEndpoint, locationId: string): Promise<readonly OfferedItem[]> {
    const url = new URL(endpoint.url);
    url.searchParams.set('location', locationId);
    const now = this.clock.now();
    const headers = signed(this.endpoints.secrets(endpoint, now), this.ids.next('msg'), Math.floor(Date.parse(now) / 1_000), '');
    const answer = await this.outgoing.send({
      method: 'GET',
      url: url.href,
      headers: { ...headers, accept: 'application/json', 'user-agent': USER_AGENT },
      most: MOST_BYTES,
      beyond: 'fail',
    });
    if (answer.status !== 200) throw new Unusable('status', String(answer.status));
    return usable(answer.body, network.currency);
  }
}

const keyOf = (endpointId: string, locationId: string): string => `${endpointId}/${locationId}`;

function shown({ items = [], asOf, problem }: Kept): OfferedItems {
  const bad = problem === undefined ? {} : { stale: true, problem: `network.items.problem.${problem}` };
  return { source: 'webhook', items, ...(asOf === undefined ? {} : { asOf }), ...bad };
}

function whatFailed(error: unknown): Pick<Kept, 'problem' | 'detail'> {
  if (error instanceof Unusable) return { problem: error.problem, detail: error.detail };
  if (error instanceof OutgoingFailure) return { problem: error.problem };
  throw error;
}

/** @throws Unusable for anything but a whole, right list: prices in fractions or another currency would be guessed at the counter */
export function usable(body: Buffer, currency: string): readonly OfferedItem[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Unusable('not-json', '');
  }
  const [wrong] = check(WebhookItemsBody, value);
  if (wrong) throw new Unusable(wrong.pointer.includes('/price') ? 'price' : 'not-items', wrong.pointer);
  const { items } = value as WebhookItemsBody;
  const foreign = items.findIndex(({ price }) => price.currency !== currency);
  if (foreign >= 0) throw new Unusable('currency', `/items/${foreign}/price/currency`);
  const twice = items.findIndex(({ id }, index) => items.findIndex((each) => each.id === id) < index);
  if (twice >= 0) throw new Unusable('twice', `/items/${twice}/id`);
  return items.map(({ id, name, price }) => ({ itemId: id, name, price: { amount: price.amount, currency: price.currency } }));
}
