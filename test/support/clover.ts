import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Clover's v3 payment with `expand=tender,order,refunds`, as far as tills need it. */
export interface CloverPayment {
  id: string;
  order: { id: string; currency: string; total: number; state: string };
  tender: { id: string; label: string; labelKey?: string };
  amount: number;
  tipAmount?: number;
  createdTime: number;
  modifiedTime: number;
  result: string;
  note?: string;
  refunds?: { elements: { id: string; amount: number }[] };
}

/** Of an order with `expand=lineItems`: one piece each, or a weight in thousandths. */
export interface CloverLine {
  readonly id: string;
  readonly name?: string;
  readonly price?: number;
  readonly unitQty?: number;
  readonly refunded?: boolean;
  readonly exchanged?: boolean;
}

export interface CloverNotice {
  readonly objectId: string;
  readonly type: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly ts: number;
}

/**
 * A Clover app with its merchants: sends notices with the static `X-Clover-Auth` header (ids only, several merchants in one body), posts the
 * verification code, answers GET payments, payment, order and tenders with the merchant's token, which can expire (401).
 */
export class CloverSimulator {
  readonly payments = new Map<string, CloverPayment & { merchant: string }>();
  readonly lines = new Map<string, readonly CloverLine[]>();
  token = 'clover-test-token';
  /** False: everything under /v3 is answered 503. */
  up = true;
  /** How often it was asked for one payment or one order, as notices make a receiver do; catching up asks for lists. */
  asked = 0;
  deliverTo = '';
  authCode = 'clover-auth-code-1';
  private count = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CloverSimulator> {
    const server = createServer((request, response) => simulator.answer(request, response));
    const simulator = new CloverSimulator(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return simulator;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }

  take(cents: number, merchant = 'MTESTMERCHANT', more: Partial<CloverPayment> = {}): CloverPayment {
    const nth = String((this.count += 1)).padStart(7, '0');
    const at = Date.now();
    const payment: CloverPayment = {
      id: `PAYTEST${nth}`,
      order: { id: `ORDTEST${nth}`, currency: 'USD', total: cents, state: 'locked' },
      tender: { id: 'TNDTEST000001', label: 'Gift card' },
      amount: cents,
      createdTime: at,
      modifiedTime: at,
      result: 'SUCCESS',
      refunds: { elements: [] },
      ...more,
    };
    this.payments.set(payment.id, { ...payment, merchant });
    return payment;
  }

  change(payment: CloverPayment, changes: Partial<CloverPayment>): CloverPayment {
    const before = this.payments.get(payment.id)!;
    const next = { ...before, modifiedTime: Math.max(Date.now(), before.modifiedTime + 1), ...changes };
    this.payments.set(payment.id, next);
    return next;
  }

  notice(payment: CloverPayment, type: CloverNotice['type'] = 'CREATE', kind: 'P' | 'O' = 'P'): CloverNotice {
    return { objectId: `${kind}:${kind === 'P' ? payment.id : payment.order.id}`, type, ts: payment.modifiedTime };
  }

  send(merchants: Readonly<Record<string, readonly unknown[]>>, auth: string | null = this.authCode): Promise<Response> {
    return this.post(JSON.stringify({ appId: 'APPTEST000001', merchants }), auth);
  }

  verify(verificationCode: string): Promise<Response> {
    return this.post(JSON.stringify({ verificationCode }), null);
  }

  post(body: string, auth: string | null = this.authCode): Promise<Response> {
    const headers: Record<string, string> = { 'content-type': 'application/json', ...(auth === null ? {} : { 'x-clover-auth': auth }) };
    return fetch(this.deliverTo, { method: 'POST', body, headers });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, this.url);
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!this.up) return void say(503, { message: 'Service Unavailable' });
    if (request.headers.authorization !== `Bearer ${this.token}`) return void say(401, { message: '401 Unauthorized' });
    const [, merchant, what, id] = /^\/v3\/merchants\/(\w+)\/(\w+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    if (id !== undefined || what === 'orders') this.asked += 1;
    const own = [...this.payments.values()].filter((each) => each.merchant === merchant);
    if (what === 'tenders') return void say(200, { elements: tenders });
    if (what === 'payments' && id === undefined) return void say(200, { elements: page(own, searchParams) });
    const found = what === 'payments' ? own.find((each) => each.id === id) : undefined;
    if (found) return void say(200, found);
    const ofOrder = what === 'orders' ? own.filter(({ order }) => order.id === id) : [];
    if (ofOrder.length > 0) {
      const lines = searchParams.get('expand')?.split(',').includes('lineItems') ? this.lines.get(id!) : undefined;
      const lineItems = lines && { elements: lines };
      return void say(200, {
        ...ofOrder[0]!.order,
        lineItems,
        payments: { elements: ofOrder.map((each) => ({ id: each.id, amount: each.amount })) },
      });
    }
    say(404, { message: 'Not Found' });
  }
}

const tenders = [
  { id: 'TNDTEST000001', label: 'Gift card', editable: true, enabled: true, visible: true },
  { id: 'TNDTEST000002', label: 'Cash', labelKey: 'com.clover.tender.cash', editable: false, enabled: true, visible: true },
];

function page(payments: readonly CloverPayment[], search: URLSearchParams): readonly CloverPayment[] {
  const since = Number(/^modifiedTime>=(\d+)$/.exec(search.get('filter') ?? '')?.[1] ?? 0);
  const offset = Number(search.get('offset') ?? 0);
  return payments.filter((each) => each.modifiedTime >= since).slice(offset, offset + Number(search.get('limit') ?? 100));
}
