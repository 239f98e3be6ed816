import { type Aggregate, type Fact, unknownFact } from '../../src/kernel/event-sourcing';
import { type Personal } from '../../src/kernel/personal';
import { Rejection } from '../../src/kernel/rejection';
import { Codec } from '../../src/platform/event-store/codec';

/** A purse: the smallest aggregate that can be overdrawn. The engine is tested on it, so that its tests know no module. */
export type Opened = Fact<'PurseOpened', { owner: { name: Personal<string>; email: Personal<string> } }>;
export type Deposited = Fact<'Deposited', { amount: number }>;
export type Withdrawn = Fact<'Withdrawn', { amount: number; balance: number }>;
export type PurseFact = Opened | Deposited | Withdrawn;

export interface Purse {
  readonly balance: number;
  readonly owner?: Personal<string>;
}

export const purse: Aggregate<Purse, PurseFact> = {
  initial: { balance: 0 },
  evolve(state, { type, data }) {
    switch (type) {
      case 'PurseOpened':
        return { ...state, owner: data.owner.name };
      case 'Deposited':
        return { ...state, balance: state.balance + data.amount };
      case 'Withdrawn':
        return { ...state, balance: data.balance };
      default:
        return unknownFact(type);
    }
  },
};

export const deposit = (amount: number) => (): PurseFact[] => [{ type: 'Deposited', data: { amount } }];

/** Refused when there is too little, nothing to do for zero. */
export const withdraw =
  (amount: number) =>
  ({ balance }: Purse): PurseFact[] => {
    if (amount > balance) throw new Rejection('insufficient-funds', { balance });
    return amount === 0 ? [] : [{ type: 'Withdrawn', data: { amount, balance: balance - amount } }];
  };

export const open = (subject: string, name: string, email: string) => (): PurseFact[] => [
  { type: 'PurseOpened', data: { owner: { name: { subject, value: name }, email: { subject, value: email } } } },
];

export const purseCodec = (): Codec => new Codec({ upcasts: {}, personal: { PurseOpened: ['owner.name', 'owner.email'] } });
