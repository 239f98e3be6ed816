import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventStore } from '../../platform/event-store/event-store';
import { Mailbox, type KeptMail } from '../../platform/mail/mailbox';
import { Mailer } from '../../platform/mail/mailer';
import { Processors } from '../../platform/processors/processors';
import { Models } from '../../platform/read-store/models';
import { Registry } from '../../platform/registry';
import { password } from './cast';
import type { StoryClock } from './story-clock';
import { Visitor } from './visitor';

const PATIENCE_MS = 20_000;
const SIGNED_IN_MS = 10 * 60_000;

/** The app that the story is told on: who is signed in, what time it is, and whether everything that follows has happened. */
export class Stage {
  private readonly signedIn = new Map<string, { visitor: Visitor; at: number }>();

  constructor(
    readonly app: NestFastifyApplication,
    readonly clock: StoryClock,
  ) {}

  /** An employee at work; signs in again when the last time was a while ago. */
  async employee(email: string): Promise<Visitor> {
    const known = this.signedIn.get(email);
    if (known && this.clock.millis() - known.at < SIGNED_IN_MS) return known.visitor;
    const visitor = new Visitor(this.app);
    await visitor.form('/sign-in', { email, password });
    this.signedIn.set(email, { visitor, at: this.clock.millis() });
    return visitor;
  }

  /** Moves the story on and lets everything due by then happen. */
  async goTo(time: number): Promise<void> {
    this.clock.advanceTo(time);
    await this.app.get(Processors).tick();
    await this.settle();
  }

  /** Waits until policies have reacted and read models have folded all there is: reactions cause facts, so it looks until nothing moves. */
  async settle(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (let quiet = 0, before = -1; quiet < 2;) {
      const head = await this.app.get(EventStore).head();
      const { policies, retrying } = this.app.get(Processors).figures;
      const done = retrying === 0 && [...policies.values()].every((position) => position >= head) && (await this.folded(head));
      quiet = done && head === before ? quiet + 1 : 0;
      before = head;
      if (performance.now() > until) throw new Error('The demo’s reactions did not come to rest');
      if (quiet < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The newest mail of a kind to an address. */
  async mail(kind: string, address: string): Promise<KeptMail> {
    const mailer = this.app.get(Mailer);
    if (!(mailer instanceof Mailbox)) throw new Error('The demo keeps its mail to itself: leave SMTP_URL unset');
    const found = (await mailer.list({ to: address })).find((mail) => mail.kind === kind);
    if (!found) throw new Error(`No mail of kind ${kind} to ${address}`);
    return found;
  }

  private async folded(head: number): Promise<boolean> {
    const models = this.app.get(Models);
    const settled = await Promise.all(this.app.get(Registry).projections.map((projection) => models.settled(projection, head, 1000)));
    return settled.every(Boolean);
  }
}
