import type { Clock } from '../clock';
import type { Filter, ReadStore } from '../read-store/read-store';
import { Mailer, type Mail } from './mailer';

/** A mail as it is kept: pictures as base64. */
export interface KeptMail extends Omit<Mail, 'images'> {
  readonly at: string;
  readonly images: readonly { readonly cid: string; readonly filename: string; readonly png: string }[];
}

const COLLECTION = 'mailbox';
const KEPT_MS = 30 * 86_400_000;
const PAGE = 200;

/** Where mails go when no mail server is configured: kept to be read on the mailbox page, for 30 days; never dropped. */
export class Mailbox extends Mailer {
  constructor(
    private readonly store: ReadStore,
    private readonly clock: Clock,
  ) {
    super();
  }

  async open(): Promise<this> {
    await this.store.ensureCollection({
      name: COLLECTION,
      indexes: [
        ['at', 'key'],
        ['network', 'at', 'key'],
        ['to.address', 'at'],
      ],
    });
    return this;
  }

  /** The same mail again (same id) is the mail that is there. */
  async send(mail: Mail): Promise<void> {
    const images = (mail.images ?? []).map(({ cid, filename, png }) => ({ cid, filename, png: png.toString('base64') }));
    await this.store.putIfAbsent(
      COLLECTION,
      mail.id,
      { ...mail, key: mail.id, images, at: this.clock.now() },
      { expiresAt: this.clock.millis() + KEPT_MS },
    );
  }

  /** Newest first. */
  async list(filter: Filter = {}, limit = 100): Promise<readonly KeptMail[]> {
    const found = await this.store.list<KeptMail>(COLLECTION, { filter, sort: ['-at', '-key'], limit });
    return found.map(({ doc }) => doc);
  }

  async read(id: string): Promise<KeptMail | undefined> {
    return (await this.store.fetch<KeptMail>(COLLECTION, id))?.doc;
  }

  /** Addresses are kept as they were typed, and people type their own in any case: so every mail is looked at. */
  async forget(network: string, address: string): Promise<void> {
    const wanted = address.trim().toLowerCase();
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.store.list<KeptMail & { key: string }>(COLLECTION, {
        filter: { network },
        sort: ['at', 'key'],
        after,
        limit: PAGE,
      });
      const theirs = page.filter(({ doc }) => doc.to.address.trim().toLowerCase() === wanted);
      await Promise.all(theirs.map(({ key }) => this.store.remove(COLLECTION, key)));
      const last = page.length === PAGE ? page.at(-1)?.doc : undefined;
      if (!last) return;
      after = [last.at, last.key];
    }
  }

  async check(): Promise<void> {
    await this.store.check();
  }

  async close(): Promise<void> {}
}
