import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What the webhook got, and whether the receivers' own library takes its signature. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly verified: boolean;
}

export type Answer = (request: Received, response: ServerResponse) => void;

const json = (response: ServerResponse, body: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** Ways to answer, good and bad. */
export const answers = {
  ok: ((_, response) => response.writeHead(204).end()) satisfies Answer,
  items:
    (items: unknown): Answer =>
    (_, response) =>
      json(response, { items }),
  text:
    (text: string): Answer =>
    (_, response) =>
      json(response, text),
  status:
    (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
    (_, response) =>
      void response.writeHead(status, headers).end(body),
  redirect: ((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()) satisfies Answer,
  never: (() => undefined) satisfies Answer,
  slowly:
    (milliseconds: number, then: Answer): Answer =>
    (request, response) => {
      setTimeout(() => then(request, response), milliseconds).unref();
    },
  huge: ((_, response) => {
    const piece = JSON.stringify({ id: 'x', name: 'x'.repeat(1_000), price: { amount: 1, currency: 'USD' } });
    response.setHeader('content-type', 'application/json');
    response.end(`{"items":[${Array.from({ length: 2_000 }, () => piece).join(',')}]}`);
  }) satisfies Answer,
  hangUp: ((_, response) => response.destroy()) satisfies Answer,
};

/** A business's own server: it offers items at GET and hears of redemptions at POST. It answers as it is told to. */
export class ItemWebhook {
  readonly received: Received[] = [];
  /** The secret, or several, that signatures are checked against. */
  secrets: string[] = [];
  get: Answer = answers.items([]);
  post: Answer = answers.ok;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<ItemWebhook> {
    const holder: { webhook?: ItemWebhook } = {};
    const server = createServer((request, response) => void holder.webhook?.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return (holder.webhook = new ItemWebhook(server, `http://127.0.0.1:${port}/largesse`));
  }

  get notices(): readonly Received[] {
    return this.received.filter(({ method }) => method === 'POST');
  }

  get questions(): readonly Received[] {
    return this.received.filter(({ method }) => method === 'GET');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    request.setEncoding('utf8');
    for await (const piece of request) body += piece as string;
    const { method = '', url = '', headers } = request;
    const received = { method, url, headers, body, verified: this.verifies(body, headers) };
    this.received.push(received);
    (method === 'GET' ? this.get : this.post)(received, response);
  }

  private verifies(body: string, headers: IncomingHttpHeaders): boolean {
    return (
      this.secrets.length > 0 &&
      this.secrets.every((secret) => {
        try {
          new Webhook(secret).verify(body === '' ? '' : body, headers as Record<string, string>);
          return true;
        } catch (error) {
          // A GET has no body to parse; a signature that does not fit is another error.
          return error instanceof SyntaxError;
        }
      })
    );
  }
}
