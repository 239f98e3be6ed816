import type { NestFastifyApplication } from '@nestjs/platform-fastify';

interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
}

interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

/** Somebody with a browser, or a program with a key, who uses the app as everybody does: over HTTP, without a network in between. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly app: NestFastifyApplication,
    private readonly key?: string,
    /** What the browser says that it is. */
    private readonly agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ) {}

  /** Sends a form as a page of ours would. @throws Error with what the page said when it was not taken */
  async form(url: string, fields: Readonly<Record<string, string | readonly string[]>>): Promise<string> {
    const body = new URLSearchParams(
      Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, each] as [string, string])),
    );
    const answer = await this.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: body.toString(),
    });
    if (answer.statusCode !== 303) throw new Error(`${url} answered ${answer.statusCode}: ${text(answer.body)}`);
    return String(answer.headers.location);
  }

  /** Reads a page, or with `fields` the page that answers a form. @throws Error with what it said when it isn't there */
  async read(url: string, fields?: Readonly<Record<string, string>>): Promise<string> {
    const headers: Record<string, string> = fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const payload = fields && new URLSearchParams(fields).toString();
    const answer = await this.send({ method: fields ? 'POST' : 'GET', url, headers, payload });
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${text(answer.body)}`);
    return answer.body;
  }

  /** Calls the API; `once` is the Idempotency-Key. @throws Error with the problem unless `expected` is its status */
  async api<T>(method: Sent['method'], url: string, body?: object, once?: string, expected?: number): Promise<T> {
    const headers = { ...(body ? { 'content-type': 'application/json' } : {}), ...(once ? { 'idempotency-key': once } : {}) };
    const answer = await this.send({ method, url: `/v1/${url}`, headers, payload: body && JSON.stringify(body) });
    const fine = expected === undefined ? answer.statusCode < 300 : answer.statusCode === expected;
    if (!fine) throw new Error(`${method} ${url} answered ${answer.statusCode}: ${answer.body.slice(0, 500)}`);
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T;
  }

  private async send({ headers, ...rest }: Sent): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const authorization = this.key
      ? { authorization: `Bearer ${this.key}` }
      : { cookie, 'sec-fetch-site': 'same-origin', 'user-agent': this.agent };
    const answer = (await this.app.inject({ ...rest, headers: { ...headers, ...authorization } })) as unknown as Answer;
    for (const { name, value } of answer.cookies) this.cookies.set(name, value);
    return answer;
  }
}

const text = (html: string): string =>
  (/<main[^]*<\/main>/.exec(html)?.[0] ?? html)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 500);
