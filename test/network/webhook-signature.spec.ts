import { signed } from '../../src/network/features/webhook-signature';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

it('signs as the vector of Standard Webhooks says', () =>
  expect(signed([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }));

it('signs with both secrets while two are good', () => {
  const both = signed([secret, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'], 'msg_1', 1, '')['webhook-signature'].split(' ');
  expect(both).toHaveLength(2);
  expect(both[0]).toBe(signed([secret], 'msg_1', 1, '')['webhook-signature']);
});
