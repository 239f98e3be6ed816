import { squareSignature, standardProblem, standardSignature } from '../../../src/redemption/features/signatures';

/** Vectors of the makers' own libraries. */
describe('Square’s signature', () => {
  it.each([
    [
      'Ibxx_5AKakO-3qeNVR61Dw',
      'https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9',
      '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f",' +
        '"created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
      'GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=',
    ],
    [
      'signature-key',
      'https://webhook.site/webhooks',
      '{"data":{"type":"webhooks","id":"fake_id"}}',
      'W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=',
    ],
    [
      'signature-key',
      'https://webhook.site/webhooks',
      '{"data":{"type":"webhooks","id":">id<"}}',
      'Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=',
    ],
  ])('of %s', (key, url, body, signature) => expect(squareSignature(key, url, Buffer.from(body))).toBe(signature));
});

describe('Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = Buffer.from('{"test": 2432232314}');
  const timestamp = '1614265330';
  const now = 1614265330_000;
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('signs as the reference does', () => expect(standardSignature(secret, id, timestamp, body)).toBe(signature));
  it.each([
    ['is right', { id, timestamp, signature }, now, undefined],
    ['is one of several', { id, timestamp, signature: `v1,AAAA v1a,BBBB ${signature}` }, now, undefined],
    ['is five minutes old', { id, timestamp, signature }, now + 300_000, undefined],
    ['is older', { id, timestamp, signature }, now + 301_000, 'too-old'],
    ['is of the future', { id, timestamp, signature }, now - 301_000, 'too-old'],
    ['is of another message', { id: 'msg_2', timestamp, signature }, now, 'wrong-signature'],
    ['is of another time', { id, timestamp: '1614265331', signature }, now, 'wrong-signature'],
    ['has no signature', { id, timestamp }, now, 'not-signed'],
    ['has no id', { timestamp, signature }, now, 'not-signed'],
    ['has no usable time', { id, timestamp: '2021-02-25', signature }, now, 'not-signed'],
  ] as const)('takes or refuses one that %s', (_, headers, at, problem) =>
    expect(standardProblem(secret, headers, body, at)).toBe(problem),
  );
  it('refuses a changed body', () =>
    expect(standardProblem(secret, { id, timestamp, signature }, Buffer.from('{"test": 2432232315}'), now)).toBe('wrong-signature'));
});
