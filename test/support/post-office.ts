import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface PostedMail {
  readonly to: string;
  /** Headers and parts as they were sent. */
  readonly source: string;
  /** The part in plain text, decoded. */
  readonly text: string;
}

/** A mail server for a product that runs in another process. */
export interface PostOffice {
  /** For `SMTP_URL`. */
  readonly url: string;
  readonly mails: readonly PostedMail[];
  /** Addresses that this server refuses for good, in words that repeat them. */
  readonly refuses: Set<string>;
  close(): Promise<void>;
}

export async function openPostOffice(): Promise<PostOffice> {
  const mails: PostedMail[] = [];
  const refuses = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(refuses.has(address) ? Object.assign(new Error(`5.1.1 <${address}> is not known here`), { responseCode: 550 }) : undefined),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString();
        for (const { address } of envelope.rcptTo) mails.push({ to: address, source, text: plainText(source) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuses,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function plainText(source: string): string {
  const part = source.split(/\r\n--/).find((each) => /^Content-Type: text\/plain/im.test(each)) ?? source;
  const body = part.slice(part.indexOf('\r\n\r\n') + 4);
  if (/^Content-Transfer-Encoding: base64/im.test(part)) return Buffer.from(body, 'base64').toString();
  if (!/^Content-Transfer-Encoding: quoted-printable/im.test(part)) return body;
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
