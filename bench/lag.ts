/** How long a change takes to be seen in a list while others write: asked the way a client asks, with the position of its own write. */
import { randomUUID } from 'node:crypto';
import { deduction, load, type Job } from './load';
import { percentile } from './machine';

export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly deductions: number;
}

const PAUSE_MS = 10;

export async function lagUnderLoad(job: Job, probe: string, acknowledged: (good: number) => void): Promise<Lag> {
  let over = false;
  const busy = load(job).then(({ good }) => {
    over = true;
    acknowledged(good);
  });
  const times: number[] = [];
  while (!over) {
    times.push(await seenAfter(job, probe));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await busy;
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), deductions: times.length };
}

/** Milliseconds from the answer of a deduction to a list that shows it. The probe is among the newest cards. */
async function seenAfter(job: Job, probe: string): Promise<number> {
  const { path, ...request } = deduction(job, probe, randomUUID());
  const answer = await fetch(job.url + path, request);
  const { cardId, balance } = (await answer.json()) as Seen;
  const headers = { authorization: `Bearer ${job.key}`, 'largesse-position': answer.headers.get('largesse-position') ?? '' };
  const began = performance.now();
  for (;;) {
    const list = await fetch(`${job.url}/v1/gift-cards?limit=50`, { headers });
    if (!list.ok) throw new Error(`The list answered ${list.status}: ${await list.text()}`);
    const { data } = (await list.json()) as { data: readonly { readonly id: string; readonly balance: Seen['balance'] }[] };
    const found = data.find(({ id }) => id === cardId);
    if (!found) throw new Error(`${cardId} is not among the newest cards`);
    if (found.balance.amount === balance.amount) return performance.now() - began;
  }
}

interface Seen {
  readonly cardId: string;
  readonly balance: { readonly amount: number };
}
