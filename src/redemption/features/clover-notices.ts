import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { ReadStore } from '../../platform/read-store/read-store';
import { Logs } from '../../platform/telemetry/logs';
import { NetworkFacade, TillsFacade, type Till } from '../../network';
import { cloverPayment } from './clover-payment';
import { PosReports } from './pos-reports';
import { PosSightings } from './pos-sightings';
import { listOf, objectOf, textOf } from './till-json';
import { TillMakerFailure, TillMakers } from './till-makers';

const COLLECTION = 'clover-notices';
const KEPT = 3 * 86_400_000;
const PAGE = 500;

/** What Clover says: that an object changed, never what it is. */
export interface CloverNotice {
  readonly objectId: string;
  readonly type: string;
  /** Milliseconds. */
  readonly ts: number;
}

interface Kept extends CloverNotice {
  readonly tillId: string;
}

/** A notice may be repeated by anybody who once saw one, so it is only a hint to ask: what counts is what Clover's API answers. */
@Injectable()
export class CloverNotices implements OnModuleInit {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly store: ReadStore,
    private readonly tills: TillsFacade,
    private readonly networks: NetworkFacade,
    private readonly makers: TillMakers,
    private readonly reports: PosReports,
    private readonly sightings: PosSightings,
    private readonly clock: Clock,
    private readonly logs: Logs,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [['tillId', 'ts']] });
  }

  /** Durable when it resolves; the same notice again is dropped. Only payments and orders concern us. */
  async keep(till: Till, notice: CloverNotice): Promise<boolean> {
    const { objectId, type, ts } = notice;
    if (!/^[PO]:\w{1,64}$/.test(objectId)) return false;
    const name = `${objectId} ${type} ${ts}`;
    if (await this.sightings.known(till.id, name)) return false;
    await this.store.put(
      COLLECTION,
      `${till.id}:${name}`,
      { objectId, type, ts, tillId: till.id },
      { expiresAt: this.clock.millis() + KEPT },
    );
    await this.sightings.dealtWith(till.id, name);
    return true;
  }

  /** Asks Clover about everything that is kept; what it can't answer now stays. Never rejects. */
  deal(tillId: string): Promise<void> {
    const before = this.underWay.get(tillId) ?? Promise.resolve();
    const run = before.then(() => this.dealWithAll(tillId)).catch((error: unknown) => this.failed(tillId, error));
    this.underWay.set(tillId, run);
    return run.finally(() => this.underWay.get(tillId) === run && this.underWay.delete(tillId));
  }

  /** One payment as Clover has it now, entered. */
  async payment(till: Till, id: string): Promise<void> {
    const path = `/v3/merchants/${till.place}/payments/${id}?expand=tender,order,refunds`;
    const answer = await this.makers.get(till, path);
    if (answer) await this.enter(till, answer);
  }

  async enter(till: Till, payment: unknown): Promise<void> {
    const currency = (await this.networks.network(till.network))?.currency ?? 'USD';
    const seen = cloverPayment(objectOf(payment), currency);
    if (seen) await this.reports.told(till, seen);
    else await this.sightings.problem(till.network, till.id, 'unreadable');
  }

  private async dealWithAll(tillId: string): Promise<void> {
    const found = await this.store.list<Kept>(COLLECTION, { filter: { tillId }, sort: ['ts', '_id'], limit: PAGE });
    if (found.length === 0) return;
    const till = await this.tills.till(tillId);
    for (const objectId of new Set(found.map(({ doc }) => doc.objectId))) {
      if (till) await this.ask(till, objectId);
      for (const { key, doc } of found) if (doc.objectId === objectId) await this.store.remove(COLLECTION, key);
    }
  }

  /** Which notice tells of a refund is written nowhere, so an order's payments are all looked at. */
  private async ask(till: Till, objectId: string): Promise<void> {
    const [kind, id] = objectId.split(':') as [string, string];
    if (kind === 'P') return this.payment(till, id);
    const order = await this.makers.get(till, `/v3/merchants/${till.place}/orders/${id}?expand=payments`);
    for (const each of listOf(objectOf(order?.payments).elements)) {
      const paymentId = textOf(objectOf(each).id, 64);
      if (paymentId !== undefined && /^\w+$/.test(paymentId)) await this.payment(till, paymentId);
    }
  }

  private async failed(tillId: string, error: unknown): Promise<void> {
    if (!(error instanceof TillMakerFailure)) return this.logs.log.warn({ err: error, tillId }, 'Notices of a till wait');
    const till = await this.tills.till(tillId).catch(() => undefined);
    if (till) await this.sightings.problem(till.network, tillId, error.problem).catch(() => undefined);
  }
}
