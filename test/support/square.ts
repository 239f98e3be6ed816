import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Square's Payment as its API and webhooks show it, as far as tills need it. */
export interface SquarePayment {
  id: string;
  created_at: string;
  updated_at: string;
  amount_money: { amount: number; currency: string };
  total_money: { amount: number; currency: string };
  refunded_money?: { amount: number; currency: string };
  status: 'APPROVED' | 'PENDING' | 'COMPLETED' | 'CANCELED' | 'FAILED';
  source_type: string;
  external_details?: { type: string; source: string; source_id?: string };
  location_id: string;
  order_id?: string;
  reference_id?: string;
  note?: string;
  receipt_number?: string;
  device_details?: { device_id: string; device_name: string };
  version_token: string;
}

export interface SquareDelivery {
  readonly status: number;
  readonly body: unknown;
}

export interface SquareSubscription {
  /** Where this machine's app listens. */
  readonly deliverTo: string;
  /** As registered, and signed. */
  readonly notificationUrl: string;
  readonly signatureKey: string;
}

/** https://developer.squareup.com/reference/square/objects/OrderLineItem */
export interface SquareLine {
  readonly uid: string;
  readonly name?: string;
  readonly variation_name?: string;
  readonly quantity: string;
  readonly base_price_money?: { readonly amount: number; readonly currency: string };
  readonly gross_sales_money?: { readonly amount: number; readonly currency: string };
}

/**
 * A Square seller: takes payments, signs and sends notices as https://developer.squareup.com/docs/webhooks says (HMAC-SHA256, base64, over
 * URL and body), answers GET /v2/payments, /v2/payments/{id} and /v2/orders/{id} with the token. Notices can be doubled and put out of order.
 */
export class SquareSimulator {
  readonly payments = new Map<string, SquarePayment>();
  /** Line items of orders by the order's id; an order that is not here is not there. */
  readonly orders = new Map<string, readonly SquareLine[]>();
  readonly token = 'EAAAtest-square-token';
  /** Sends every notice twice, with the same event_id. */
  duplicates = false;
  /** Keeps notices until `flush`, which sends the newest first. */
  reorder = false;
  subscription?: SquareSubscription;
  private readonly held: object[] = [];
  private count = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SquareSimulator> {
    const server = createServer((request, response) => simulator.answer(request, response));
    const simulator = new SquareSimulator(server);
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

  /** A payment as the till takes it; nothing is sent yet. */
  take(cents: number, more: Partial<SquarePayment> = {}): SquarePayment {
    const id = `PAYTEST${String((this.count += 1)).padStart(19, '0')}`;
    const at = new Date(Date.now()).toISOString();
    const money = { amount: cents, currency: 'USD' };
    const payment: SquarePayment = {
      id,
      created_at: at,
      updated_at: at,
      amount_money: money,
      total_money: money,
      status: 'COMPLETED',
      source_type: 'EXTERNAL',
      external_details: { type: 'OTHER_GIFT_CARD', source: 'City Gift Card' },
      location_id: 'LTESTLOCATION1',
      order_id: `ORDTEST${id.slice(7)}`,
      receipt_number: id.slice(-4),
      device_details: { device_id: 'DEVTEST1', device_name: 'Counter 1' },
      version_token: 'vt_0001',
      ...more,
    };
    this.payments.set(id, payment);
    return payment;
  }

  change(payment: SquarePayment, changes: Partial<SquarePayment>): SquarePayment {
    const updated_at = new Date(Math.max(Date.now(), Date.parse(payment.updated_at) + 1)).toISOString();
    const next = { ...payment, updated_at, ...changes };
    this.payments.set(payment.id, next);
    return next;
  }

  notify(type: 'payment.created' | 'payment.updated', payment: SquarePayment): Promise<readonly SquareDelivery[]> {
    return this.send(this.event(type, { type: 'payment', id: payment.id, object: { payment } }));
  }

  refund(payment: SquarePayment, cents: number, status = 'COMPLETED'): Promise<readonly SquareDelivery[]> {
    const { id: payment_id, location_id, order_id } = payment;
    const at = new Date().toISOString();
    const amount_money = { amount: cents, currency: payment.amount_money.currency };
    const refund = { id: `REF${payment_id}`, status, amount_money, payment_id, order_id, location_id, created_at: at, updated_at: at };
    return this.send(this.event('refund.updated', { type: 'refund', id: refund.id, object: { refund } }));
  }

  /** What was held, newest first. */
  async flush(): Promise<readonly SquareDelivery[]> {
    const deliveries: SquareDelivery[] = [];
    for (const event of this.held.splice(0).reverse()) deliveries.push(await this.deliver(JSON.stringify(event)));
    return deliveries;
  }

  /** Any body, signed as it stands unless a signature is given. */
  async deliver(body: string, signature?: string): Promise<SquareDelivery> {
    const { deliverTo, notificationUrl, signatureKey } = this.subscription!;
    const right = createHmac('sha256', signatureKey)
      .update(notificationUrl + body)
      .digest('base64');
    const response = await fetch(deliverTo, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-square-hmacsha256-signature': signature ?? right,
        'square-environment': 'Sandbox',
        'square-initial-delivery-timestamp': new Date().toISOString(),
      },
    });
    return { status: response.status, body: await response.json() };
  }

  event(type: string, data: object): object {
    return { merchant_id: 'MLTESTMERCHANT1', type, event_id: randomUUID(), created_at: new Date().toISOString(), data };
  }

  private async send(event: object): Promise<readonly SquareDelivery[]> {
    if (this.reorder) {
      this.held.push(event);
      return [];
    }
    const body = JSON.stringify(event);
    const deliveries = [await this.deliver(body)];
    if (this.duplicates) deliveries.push(await this.deliver(body));
    return deliveries;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, this.url);
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${this.token}`)
      return void say(401, { errors: [{ category: 'AUTHENTICATION_ERROR', code: 'UNAUTHORIZED' }] });
    if (!request.headers['square-version']) return void say(400, { errors: [{ category: 'INVALID_REQUEST_ERROR', code: 'BAD_REQUEST' }] });
    const [, orderId] = /^\/v2\/orders\/(\w+)$/.exec(pathname) ?? [];
    const line_items = orderId === undefined ? undefined : this.orders.get(orderId);
    if (line_items) return void say(200, { order: { id: orderId, state: 'COMPLETED', line_items } });
    const [, id] = /^\/v2\/payments\/(\w+)$/.exec(pathname) ?? [];
    if (id !== undefined) {
      const payment = this.payments.get(id);
      return void (payment ? say(200, { payment }) : say(404, { errors: [{ category: 'INVALID_REQUEST_ERROR', code: 'NOT_FOUND' }] }));
    }
    if (pathname === '/v2/payments') return void say(200, this.page(searchParams));
    say(404, { errors: [{ category: 'INVALID_REQUEST_ERROR', code: 'NOT_FOUND' }] });
  }

  private page(search: URLSearchParams): object {
    const from = search.get('updated_at_begin_time') ?? '';
    const location = search.get('location_id');
    const found = [...this.payments.values()]
      .filter((each) => each.updated_at >= from && (location === null || each.location_id === location))
      .sort((a, b) => a.updated_at.localeCompare(b.updated_at));
    const start = Number(search.get('cursor') ?? 0);
    const limit = Number(search.get('limit') ?? 100);
    const cursor = start + limit < found.length ? { cursor: String(start + limit) } : {};
    return { payments: found.slice(start, start + limit), ...cursor };
  }
}
