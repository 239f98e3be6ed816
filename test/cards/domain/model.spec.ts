import fc from 'fast-check';
import { DeductFunds, deductFunds, ReverseDeduction, reverseDeduction, TopUpCard, topUpCard } from '../../../src/cards/domain/balance';
import { ConfirmDeduction, confirmDeduction, RequestDeduction, requestDeduction } from '../../../src/cards/domain/deduction-by-code';
import { giftCard, moneyAddsUp, type GiftCard } from '../../../src/cards/domain/gift-card';
import type { GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import { BlockCard, blockCard, UnblockCard, unblockCard, VoidCard, voidCard } from '../../../src/cards/domain/standing';
import { Rejection } from '../../../src/kernel/rejection';
import { cardId, context, handedOver, issued, locationId, minutesAfter, noon, usd } from '../facts';

/** What a card is to somebody who knows nothing of events: money, two flags, one code. */
interface Model {
  balance: number;
  blocked: boolean;
  voided: boolean;
  code: { id: string; amount: number; tries: number; until: number } | undefined;
  asked: number[];
  taken: Map<string, number>;
}
type Step =
  | { do: 'deduct' | 'topUp' | 'request'; amount: number }
  | { do: 'confirm'; right: boolean }
  | { do: 'reverse'; which: number }
  | { do: 'block' | 'unblock' | 'void' }
  | { do: 'wait'; minutes: number };

const amount = fc.oneof(fc.integer({ min: 1, max: 6000 }), fc.integer({ min: 1, max: 210_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('deduct', 'topUp', 'request'), amount }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('confirm'), right: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse'), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('block', 'unblock', 'unblock') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('void') }) },
) as fc.Arbitrary<Step>;

const LIMIT = 200_000;

/** Says what the model expects: the new balance after a step that is taken, undefined after one that is not. */
function expected(model: Model, each: Step, now: number, id: string): number | undefined {
  const usable = !model.voided && !model.blocked;
  switch (each.do) {
    case 'deduct':
      return usable && each.amount <= model.balance ? model.balance - each.amount : undefined;
    case 'topUp':
      return usable && model.balance + each.amount <= LIMIT ? model.balance + each.amount : undefined;
    case 'confirm': {
      const { code } = model;
      const good = usable && code !== undefined && each.right && now < code.until && code.amount <= model.balance;
      return good ? model.balance - code.amount : undefined;
    }
    case 'reverse': {
      const back = [...model.taken.values()][each.which % Math.max(1, model.taken.size)];
      return !model.voided && back !== undefined && back > 0 && model.balance + back <= LIMIT ? model.balance + back : undefined;
    }
    case 'void':
      return model.voided ? undefined : 0;
    default:
      return id === '' ? undefined : model.balance;
  }
}

function learn(model: Model, each: Step, now: number, id: string): void {
  const after = expected(model, each, now, id);
  const usable = !model.voided && !model.blocked;
  if (each.do === 'deduct' && after !== undefined) model.taken.set(id, each.amount);
  if (each.do === 'reverse' && after !== undefined) model.taken.set([...model.taken.keys()][each.which % model.taken.size]!, 0);
  if (each.do === 'request' && usable && each.amount <= model.balance && model.asked.filter((at) => at > now - 1440).length < 10) {
    model.code = { id, amount: each.amount, tries: 3, until: now + 10 };
    model.asked.push(now);
  } else if (each.do === 'confirm' && usable && model.code) {
    if (after !== undefined) model.taken.set(model.code.id, model.code.amount);
    model.code.tries -= 1;
    const over = after !== undefined || now >= model.code.until || each.right || model.code.tries === 0;
    if (over) model.code = undefined;
  }
  if (after !== undefined && ['deduct', 'topUp', 'confirm', 'reverse', 'void'].includes(each.do)) model.balance = after;
  if (each.do === 'block' && !model.voided) [model.blocked, model.code] = [true, undefined];
  if (each.do === 'unblock' && !model.voided) model.blocked = false;
  if (each.do === 'void') [model.voided, model.code] = [true, undefined];
}

function decide(card: GiftCard, model: Model, each: Step, at: string, id: string): readonly GiftCardFact[] {
  const by = context(at);
  switch (each.do) {
    case 'deduct':
      return deductFunds(
        card,
        new DeductFunds(by, cardId, { deductionId: id, amount: usd(each.amount), locationId, why: { kind: 'api' }, notify: false }),
      );
    case 'topUp':
      return topUpCard(card, new TopUpCard(by, cardId, { topUpId: id, amount: usd(each.amount), why: { kind: 'api' } }));
    case 'request':
      return requestDeduction(
        card,
        new RequestDeduction(by, cardId, {
          deductionId: id,
          amount: usd(each.amount),
          locationId,
          codeHash: `right ${id}`,
          keyVersion: 1,
          stopHash: 's',
          expiresAt: minutesAfter(at, 10),
        }),
      );
    case 'confirm': {
      const asked = 'request' in card && card.request.status === 'live' ? card.request.deductionId : 'ded_none';
      return confirmDeduction(card, new ConfirmDeduction(by, cardId, asked, ''), each.right ? `right ${asked}` : `wrong ${asked}`);
    }
    case 'reverse': {
      const [deductionId, taken] = [...model.taken][each.which % Math.max(1, model.taken.size)] ?? ['none', undefined];
      const facts =
        taken === undefined
          ? []
          : reverseDeduction(card, new ReverseDeduction(by, cardId, { deductionId, amount: usd(taken || 1), locationId }, id));
      return facts;
    }
    case 'block':
      return blockCard(card, new BlockCard(by, cardId));
    case 'unblock':
      return unblockCard(card, new UnblockCard(by, cardId));
    case 'void':
      return voidCard(card, new VoidCard(by, cardId));
    default:
      return [];
  }
}

it('agrees with a simple model whatever is done to a card', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const history: GiftCardFact[] = [issued, handedOver];
      let card = history.reduce<GiftCard>((state, fact) => giftCard.evolve(state, fact), giftCard.initial);
      const model: Model = { balance: 5000, blocked: false, voided: false, code: undefined, asked: [], taken: new Map() };
      let now = 0;
      steps.forEach((each, index) => {
        if (each.do === 'wait') now += each.minutes;
        const id = `ded_${index}`;
        let facts: readonly GiftCardFact[] = [];
        try {
          facts = decide(card, model, each, minutesAfter(noon, now), id);
        } catch (error) {
          if (!(error instanceof Rejection)) throw error;
        }
        const after = expected(model, each, now, id);
        const moved = facts.find((fact) => 'balance' in fact.data);
        if (['deduct', 'topUp', 'confirm', 'reverse', 'void'].includes(each.do)) {
          expect([index, each, moved && 'balance' in moved.data ? moved.data.balance.amount : undefined]).toEqual([index, each, after]);
        }
        card = facts.reduce<GiftCard>((state, fact) => giftCard.evolve(state, fact), card);
        history.push(...facts);
        learn(model, each, now, id);
        if (card.status !== 'unissued') expect(card.balance.amount).toBe(model.balance);
        expect('request' in card && card.request.status === 'live').toBe(model.code !== undefined);
      });
      expect(moneyAddsUp(history)).toEqual([]);
      expect(JSON.parse(JSON.stringify(card))).toStrictEqual(card);
    }),
    { numRuns: 300 },
  );
});
