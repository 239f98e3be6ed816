import type { Answering, RequestOptions, TestApp } from '../support/app';

/** A browser as far as these tests need one: it keeps its cookies. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(readonly app: Answering) {}

  async get(path: string): Promise<Response> {
    return this.send(path);
  }

  post(path: string, form: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { method: 'POST', form });
  }

  /** A form with fields of the same name, such as checkboxes. */
  postFields(path: string, fields: readonly (readonly [string, string])[]): Promise<Response> {
    const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
    return this.send(path, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
  }

  async send(path: string, options: RequestOptions & { body?: string } = {}): Promise<Response> {
    const { body, ...rest } = options;
    const headers = { ...rest.headers, ...(this.cookies.size > 0 ? { cookie: this.cookie } : {}) };
    const response =
      body === undefined
        ? await this.app.request(path, { ...rest, headers })
        : await fetch(this.app.url + path, {
            method: 'POST',
            redirect: 'manual',
            body,
            headers: { 'sec-fetch-site': 'same-origin', ...headers },
          });
    for (const line of response.headers.getSetCookie()) this.take(line);
    return response;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get session(): string | undefined {
    return this.cookies.get('session');
  }

  /** Another browser that stole this one's cookies; or the same one, sent to another instance. */
  copy(app = this.app): Visitor {
    const other = new Visitor(app);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  private take(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (!name) return;
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value!);
  }
}

export const PASSWORD = 'velvet anchor morning';

/** Signs a network up; answers its owner, signed in. */
export async function signUp(app: Answering, slug: string, email = `owner@${slug}.example`): Promise<Visitor> {
  const owner = new Visitor(app);
  const response = await owner.post('/sign-up', {
    ownerName: 'Nadia Quill',
    email,
    password: PASSWORD,
    networkName: `Network ${slug}`,
    slug,
    currency: 'USD',
    timeZone: 'America/New_York',
    language: 'en',
    once: crypto.randomUUID(),
  });
  if (response.status !== 303) throw new Error(`Sign-up answered ${response.status}: ${(await response.text()).replace(/<[^>]+>/g, ' ')}`);
  return owner;
}

/** Invites somebody and accepts the mailed invitation; answers them, signed in. */
export async function join(
  app: TestApp,
  owner: Visitor,
  slug: string,
  email: string,
  roles: readonly string[],
  locationId?: string,
): Promise<Visitor> {
  const fields = [
    ['name', 'Luis Ortega'],
    ['email', email],
    ...roles.map((role) => ['roles', role] as const),
    ...(locationId ? [['locationId', locationId] as const] : []),
  ] as const;
  const invited = await owner.postFields(`/n/${slug}/employees`, fields as never);
  if (invited.status !== 303)
    throw new Error(`The invitation answered ${invited.status}: ${(await invited.text()).replace(/<[^>]+>/g, ' ')}`);
  const person = new Visitor(app);
  const accepted = await person.post(linkIn((await app.mail('invitation', email)).text), { name: 'Luis Ortega', password: PASSWORD });
  if (accepted.status !== 303)
    throw new Error(`Accepting answered ${accepted.status}: ${(await accepted.text()).replace(/<[^>]+>/g, ' ')}`);
  return person;
}

/** The path of the link in a mail. */
export function linkIn(text: string): string {
  const found = /https?:\/\/[^/\s]+(\/n\/\S+)/.exec(text)?.[1];
  if (!found) throw new Error(`No link in: ${text}`);
  return found;
}

export const signIn = (visitor: Visitor, email: string, password = PASSWORD, next = ''): Promise<Response> =>
  visitor.post('/sign-in', { email, password, next });

/** The text of a page without its tags, spaces folded. */
export const textOf = async (response: Response): Promise<string> => (await response.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
