import type { Clock } from '../clock';
import type { ReadStore } from '../read-store/read-store';
import type { Vault } from '../security/vault';
import { Mailer, type Mail } from './mailer';

/** A mail as it is read: pictures as base64. */
export interface KeptMail extends Omit<Mail, 'images'> {
  readonly at: string;
  readonly images: readonly { readonly cid: string; readonly filename: string; readonly png: string }[];
}

/** A mail as it is stored: codes, links and people are in it, so all of it is sealed; its address is found by a keyed hash. */
interface SealedMail {
  readonly key: string;
  readonly network: string;
  readonly recipient: string;
  readonly at: string;
  readonly sealed: string;
}

const COLLECTION = 'sealed-mails';
/** Where mails were kept before they were sealed. */
const UNSEALED = 'mailbox';
const KEPT_MS = 30 * 86_400_000;
const PAGE = 200;

/** Where mails go when no mail server is configured: kept to be read on the mailbox page, for 30 days; never dropped. */
export class Mailbox extends Mailer {
  constructor(
    private readonly store: ReadStore,
    private readonly clock: Clock,
    private readonly vault: Vault,
  ) {
    super();
  }

  async open(): Promise<this> {
    await this.store.ensureCollection({
      name: COLLECTION,
      indexes: [
        ['at', 'key'],
        ['network', 'at', 'key'],
        ['recipient', 'at', 'key'],
      ],
    });
    await this.sealFormer();
    return this;
  }

  /** The same mail again (same id) is the mail that is there. */
  async send(mail: Mail): Promise<void> {
    const images = (mail.images ?? []).map(({ cid, filename, png }) => ({ cid, filename, png: png.toString('base64') }));
    await this.keep({ ...mail, images, at: this.clock.now() });
  }

  /** Newest first; of one network, to one address, or all. */
  async list({ network, to }: { network?: string; to?: string } = {}, limit = 100): Promise<readonly KeptMail[]> {
    const filter = { ...(network === undefined ? {} : { network }), ...(to === undefined ? {} : { recipient: this.hashOf(to) }) };
    const found = await this.store.list<SealedMail>(COLLECTION, { filter, sort: ['-at', '-key'], limit });
    return found.map(({ doc }) => this.opened(doc));
  }

  async read(id: string): Promise<KeptMail | undefined> {
    const found = await this.store.fetch<SealedMail>(COLLECTION, id);
    return found && this.opened(found.doc);
  }

  async forget(network: string, address: string): Promise<void> {
    for (;;) {
      const filter = { network, recipient: this.hashOf(address) };
      const page = await this.store.list<SealedMail>(COLLECTION, { filter, limit: PAGE });
      await Promise.all(page.map(({ key }) => this.store.remove(COLLECTION, key)));
      if (page.length < PAGE) return;
    }
  }

  async check(): Promise<void> {
    await this.store.check();
  }

  async close(): Promise<void> {}

  private async keep(mail: KeptMail): Promise<void> {
    const { id, network, at } = mail;
    const sealed = this.vault.seal(JSON.stringify(mail), boundTo(id));
    const doc: SealedMail = { key: id, network, recipient: this.hashOf(mail.to.address), at, sealed };
    await this.store.putIfAbsent(COLLECTION, id, doc, { expiresAt: Date.parse(at) + KEPT_MS });
  }

  /** Mails that a former version kept in clear are sealed, each before it is removed; a start that was cut off is gone on from. */
  private async sealFormer(): Promise<void> {
    for (;;) {
      const page = await this.store.list<KeptMail>(UNSEALED, { limit: PAGE });
      if (page.length === 0) return;
      for (const { key, doc } of page) {
        await this.keep(doc);
        await this.store.remove(UNSEALED, key);
      }
    }
  }

  private opened({ key, sealed }: SealedMail): KeptMail {
    return JSON.parse(this.vault.unseal(sealed, boundTo(key))) as KeptMail;
  }

  /** People type their address in any case, with spaces around it. */
  private hashOf(address: string): string {
    return this.vault.hash('subject', `mailbox\n${address.trim().toLowerCase()}`);
  }
}

const boundTo = (id: string): string => `mail ${id}`;
