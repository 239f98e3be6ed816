import {
  parkDelivery,
  queueDelivery,
  recordAttempt,
  replayDelivery,
  replayKept,
  webhookDelivery,
  type WebhookDeliveryFact,
} from '../../../src/network/domain/webhook-delivery';
import { MOST_ATTEMPTS, nextAttemptAt } from '../../../src/network/domain/webhook-schedule';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const deliveryId = 'msg_1';
const by = { kind: 'employee', id: 'emp_1' } as const;
const queue = { deliveryId, endpointId: 'whe_1', locationId: 'loc_1', type: 'redemption.completed', data: { a: 1 }, at } as const;
const queued: WebhookDeliveryFact = { type: 'WebhookDeliveryQueued', data: queue };
const made = { attempt: 1, url: 'https://a.example/hook', signature: 'v1,x', timestamp: 1_763_802_000, took: 12, at };
const attempted = (more: object, attempt = 1): WebhookDeliveryFact =>
  ({ type: 'WebhookDeliveryAttempted', data: { deliveryId, ...made, attempt, ...more } }) as WebhookDeliveryFact;
const delivered: WebhookDeliveryFact = { type: 'WebhookDelivered', data: { deliveryId, attempt: 1, at } };
const parked = (why: 'given-up' | 'paused' | 'gone' | 'location-closed'): WebhookDeliveryFact => ({
  type: 'WebhookDeliveryParked',
  data: { deliveryId, why, at },
});
const replayed: WebhookDeliveryFact = { type: 'WebhookDeliveryReplayed', data: { deliveryId, by, at } };
const next = (attempt: number) => nextAttemptAt(deliveryId, attempt, at);

describe('A webhook delivery', () => {
  it('is queued once', () => {
    given(webhookDelivery).when(queueDelivery, queue).yields(queued);
    given(webhookDelivery, queued).when(queueDelivery, queue).yields();
    given(webhookDelivery)
      .when(queueDelivery, { ...queue, off: 'paused' })
      .yields(queued, parked('paused'));
  });

  it('is delivered by any 2xx', () => {
    given(webhookDelivery, queued)
      .when(recordAttempt, { ...made, status: 204 })
      .yields(attempted({ status: 204 }), delivered);
    given(webhookDelivery, queued, attempted({ status: 204 }), delivered)
      .when(recordAttempt, { ...made, attempt: 2, status: 500 })
      .yields();
  });

  it.each([
    ['a redirection', { status: 302 }],
    ['an error of the server', { status: 500, answer: 'oops' }],
    ['a refusal', { status: 404 }],
    ['no answer', { error: 'late' as const }],
  ])('is tried again after %s', (_, outcome) =>
    given(webhookDelivery, queued)
      .when(recordAttempt, { ...made, ...outcome })
      .yields(attempted({ ...outcome, nextAt: next(1) })),
  );

  it('waits as long as the receiver asks', () =>
    given(webhookDelivery, queued)
      .when(recordAttempt, { ...made, status: 429, retryAfter: 600 })
      .yields(attempted({ status: 429, nextAt: '2026-11-22T09:10:00.000Z' })));

  it('ends with 410', () =>
    given(webhookDelivery, queued)
      .when(recordAttempt, { ...made, status: 410 })
      .yields(attempted({ status: 410 }), parked('gone')));

  it('counts one of two attempts that ran side by side', () =>
    given(webhookDelivery, queued, attempted({ status: 500, nextAt: next(1) }))
      .when(recordAttempt, { ...made, status: 500 })
      .yields());

  it('is given up after the last attempt, and sent again from the start by hand', () => {
    const all = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => attempted({ status: 500, nextAt: next(index + 1) }, index + 1));
    const last = attempted({ status: 500 }, MOST_ATTEMPTS);
    given(webhookDelivery, queued, ...all)
      .when(recordAttempt, { ...made, attempt: MOST_ATTEMPTS, status: 500 })
      .yields(last, parked('given-up'));
    given(webhookDelivery, queued, ...all, last, parked('given-up'))
      .when(replayDelivery, { by, at })
      .yields(replayed);
    given(webhookDelivery, queued, ...all, last, parked('given-up'), replayed)
      .when(recordAttempt, { ...made, attempt: MOST_ATTEMPTS + 1, status: 500 })
      .yields(attempted({ status: 500, nextAt: next(1) }, MOST_ATTEMPTS + 1));
  });

  it('is replayed also when it had arrived, and not when it is due anyway', () => {
    given(webhookDelivery, queued, attempted({ status: 200 }), delivered)
      .when(replayDelivery, { by, at })
      .yields(replayed);
    given(webhookDelivery, queued).when(replayDelivery, { by, at }).yields();
    given(webhookDelivery).when(replayDelivery, { by, at }).isRefused('not-found');
  });

  it('goes on by itself only where its endpoint kept it back', () => {
    given(webhookDelivery, queued, parked('paused')).when(replayKept, { by, at }).yields(replayed);
    given(webhookDelivery, queued, parked('given-up')).when(replayKept, { by, at }).yields();
    given(webhookDelivery, queued).when(replayKept, { by, at }).yields();
  });

  it('ends with its location', () => {
    given(webhookDelivery, queued).when(parkDelivery, { why: 'location-closed', at }).yields(parked('location-closed'));
    given(webhookDelivery, queued, attempted({ status: 200 }), delivered)
      .when(parkDelivery, { why: 'location-closed', at })
      .yields();
  });
});

describe('The schedule', () => {
  const pauses = (id: string): (number | undefined)[] =>
    Array.from({ length: MOST_ATTEMPTS }, (_, index) => {
      const next = nextAttemptAt(id, index + 1, at);
      return next === undefined ? undefined : Date.parse(next) - Date.parse(at);
    });

  it('spreads ten attempts over three days', () => {
    const found = pauses('msg_x');
    expect(found.at(-1)).toBeUndefined();
    const total = found.slice(0, -1).reduce<number>((sum, each) => sum + each!, 0) / 3_600_000;
    expect(total).toBeGreaterThan(75.6 * 0.9);
    expect(total).toBeLessThan(75.6 * 1.1);
  });

  it('varies by a tenth, by the id alone', () => {
    const first = Array.from({ length: 500 }, (_, index) => nextAttemptAt(`msg_${index}`, 2, at)!).map(
      (each) => Date.parse(each) - Date.parse(at),
    );
    expect(Math.min(...first)).toBeGreaterThanOrEqual(270_000);
    expect(Math.max(...first)).toBeLessThanOrEqual(330_000);
    expect(Math.min(...first)).toBeLessThan(275_000);
    expect(Math.max(...first)).toBeGreaterThan(325_000);
    expect(pauses('msg_x')).toEqual(pauses('msg_x'));
  });

  it('cuts what a receiver asks for to a day', () => expect(nextAttemptAt('msg_1', 1, at, 10_000_000)).toBe('2026-11-23T09:00:00.000Z'));
});
