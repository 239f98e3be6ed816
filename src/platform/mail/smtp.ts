import { createTransport, type Transporter } from 'nodemailer';
import { createHash } from 'node:crypto';
import { Mailer, MailRefused, type Mail } from './mailer';

const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;

/** Sends through the mail server of `SMTP_URL`, a few connections kept open. */
export class SmtpMailer extends Mailer {
  private readonly transport: Transporter;

  constructor(
    url: string,
    private readonly from: string,
  ) {
    super();
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: 3,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as never);
  }

  async send(mail: Mail): Promise<void> {
    try {
      await this.transport.sendMail({
        messageId: this.messageId(mail),
        from: mail.from ? { name: mail.from.name, address: this.from } : this.from,
        to: { name: mail.to.name ?? '', address: mail.to.address },
        replyTo: mail.replyTo,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: (mail.images ?? []).map(({ cid, filename, png }) => ({
          cid,
          filename,
          content: png,
          contentType: 'image/png',
          contentDisposition: 'inline' as const,
        })),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw refusal(error) ?? new Error('The mail server did not take the mail', { cause: error });
    }
  }

  async forget(): Promise<void> {}

  async check(): Promise<void> {
    try {
      await this.transport.verify();
    } catch (error) {
      throw new Error(`The mail server of SMTP_URL does not answer: ${(error as Error).message}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.transport.close();
  }

  /** The same mail has the same id for ever; hashed, as ids of ours are nobody else's business. */
  private messageId({ id }: Mail): string {
    const domain = this.from.slice(this.from.lastIndexOf('@') + 1).replace(/>$/, '') || 'localhost';
    return `<${createHash('sha256').update(id).digest('hex').slice(0, 40)}@${domain}>`;
  }
}

/** A 5xx is for good (an address that does not exist, a mail refused as such); a failed sign-in is ours to mend and worth a retry. */
function refusal(error: unknown): MailRefused | undefined {
  const { responseCode, code, response } = error as { responseCode?: number; code?: string; response?: string };
  if (code === 'EAUTH' || code === 'ECONNECTION' || responseCode === undefined || responseCode < 500 || responseCode > 599)
    return undefined;
  // The server's own words may repeat the address: its two codes say enough.
  const detail = /^\d{3}[ -](\d\.\d+\.\d+)/.exec(response ?? '')?.[1];
  return new MailRefused(detail ? `${responseCode} ${detail}` : String(responseCode));
}
