import type { Shop } from './seed';
import { VALUE } from './value';

/** What was acknowledged, to be compared with what the product says afterwards. */
export class Ledger {
  /** Cents taken from groups of cards; the same group may come again. */
  private readonly taken = new Map<string, { readonly cards: readonly string[]; cents: number }>();

  took(cards: readonly string[], cents: number): void {
    const name = cards.length === 1 ? cards[0]! : 'many';
    const group = this.taken.get(name) ?? { cards, cents: 0 };
    group.cents += cents;
    this.taken.set(name, group);
  }

  /** @throws Error when a group of cards has lost more or less than was acknowledged, or a card is overdrawn */
  async verify(url: string, { key }: Pick<Shop, 'key'>): Promise<void> {
    for (const { cards, cents } of this.taken.values()) {
      let gone = 0;
      for (const card of cards) {
        const balance = await balanceOf(url, key, card);
        if (balance < 0) throw new Error(`${card} is overdrawn: ${balance}`);
        gone += VALUE - balance;
      }
      if (gone !== cents)
        throw new Error(`${cents} cents were acknowledged and ${gone} are gone from ${cards.length} cards, ${cards[0]} first`);
    }
  }
}

/** In cents, as the API tells it. */
export async function balanceOf(url: string, key: string, card: string): Promise<number> {
  const response = await fetch(`${url}/v1/gift-cards/${card}`, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${card}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { balance: { amount: number } }).balance.amount;
}

/** Right after a start the list of keys may lag behind the log; callers are then told to come back. */
export async function admitted(url: string, key: string): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until;) {
    const { status } = await fetch(`${url}/v1/gift-cards?limit=1`, { headers: { authorization: `Bearer ${key}` } });
    if (status === 200) return;
    if (status !== 503) throw new Error(`The key is answered with ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The key was never admitted');
}
