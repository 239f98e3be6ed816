import { upcast } from '../../src/kernel/upcasting';

const upcasts = {
  CardSold: [(data: { total: number }) => ({ amount: data.total }), (data: { amount: number }) => ({ ...data, currency: 'USD' })],
};

it('takes an old shape through every later step', () =>
  expect(upcast(upcasts, 'CardSold', 1, { total: 5 })).toEqual({ amount: 5, currency: 'USD' }));
it('starts at the step after the stored shape', () =>
  expect(upcast(upcasts, 'CardSold', 2, { amount: 5 })).toEqual({ amount: 5, currency: 'USD' }));
it('leaves the current shape alone', () => expect(upcast(upcasts, 'CardSold', 3, { amount: 5 })).toEqual({ amount: 5 }));
it('refuses a shape from a later version', () => expect(() => upcast(upcasts, 'CardSold', 4, {})).toThrow('reads up to 3'));
