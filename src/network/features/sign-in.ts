import { Get, Injectable, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { Rejection } from '../../kernel/rejection';
import { Busy } from '../../platform/event-store/streams';
import { Models } from '../../platform/read-store/models';
import { Passwords } from '../../platform/security/passwords';
import { Public, SignedIn } from '../../platform/security/permit';
import { Sessions, type Stage } from '../../platform/security/sessions';
import { Throttle } from '../../platform/security/throttle';
import { Form, readForm } from '../../platform/web/form';
import { Optional, Pattern, Secret } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { ActiveEmployee } from '../domain/employee';
import { NetworkFacade } from '../network.facade';
import { emailKey } from '../read-models/employee-list';
import { networkDirectory } from '../read-models/network-directory';
import { NetworkChoices } from './choose-network';
import { EmployeeStreams } from './employee-streams';
import { EmployeesByEmail } from './employees-by-email';

/** Where somebody wanted to go, if it is a page of a network of ours. */
export const nextPage = (next: unknown): string | undefined =>
  typeof next === 'string' && next.length <= 500 && /^\/n\/[a-z0-9-]+(\/[\w./?=&%~-]*)?$/.test(next) && !next.includes('..')
    ? next
    : undefined;

const slugIn = (next: string | undefined): string | undefined => next?.split('/')[2]?.split('?')[0];

export interface Recognised {
  readonly network: string;
  readonly employee: ActiveEmployee;
}

/** Each costs a password hash at every sign-in with this address. */
const MOST_NETWORKS = 5;
/** Milliseconds that a sign-in waits for what has just been written. */
const PATIENCE = 2_000;

/** Who has this address and this password. Unknown addresses take as long as known ones, and are answered the same. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly byEmail: EmployeesByEmail,
    private readonly employees: EmployeeStreams,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
    private readonly facade: NetworkFacade,
  ) {}

  /**
   * Everybody whose address and password these are: one for each network that they work in, the one that was asked for first.
   * @throws Rejection `too-many-requests`
   */
  async recognise(ip: string, email: string, password: string, slug: string | undefined): Promise<readonly Recognised[]> {
    const key = emailKey(email).slice(0, 254);
    const tried = await this.throttle.take('sign-in', { ip, account: key });
    const people = await this.people(key, slug);
    if (people.length === 0) await this.passwords.matches(undefined, password);
    const recognised: Recognised[] = [];
    for (const person of people) if (await this.passwords.matches(person.employee.passwordId, password)) recognised.push(person);
    if (recognised.length > 0) await tried.giveBack();
    return recognised;
  }

  /** One address may belong to people of several networks; the network that was asked for comes first, else the oldest. */
  private async people(key: string, slug: string | undefined): Promise<readonly Recognised[]> {
    const wanted = slug === undefined ? undefined : (await this.facade.networkBySlug(slug))?.id;
    const found = await this.byEmail.active(key, PATIENCE);
    const sorted = [...found]
      .sort((a, b) => Number(b.network === wanted) - Number(a.network === wanted) || a.createdAt.localeCompare(b.createdAt))
      .slice(0, MOST_NETWORKS);
    const people = await Promise.all(
      sorted.map(async ({ id, network }) => ({ network, employee: await this.employees.state(network, id) })),
    );
    return people.filter((person): person is Recognised => person.employee.status === 'active');
  }
}

@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, 'password') {
  constructor(private readonly check: PasswordCheck) {
    super({ usernameField: 'email', passwordField: 'password', passReqToCallback: true, session: false });
  }

  async validate(request: PageRequest, email: string, password: string): Promise<{ readonly people: readonly Recognised[] } | false> {
    if (typeof email !== 'string' || typeof password !== 'string' || password.length > 200) return false;
    const next = nextPage((request.body as { next?: unknown }).next);
    const people = await this.check.recognise(request.ip, email, password, slugIn(next));
    // Wrapped, because passport takes a list apart.
    return people.length > 0 && { people };
  }
}

/** Lets the page itself answer a wrong password: `user` is who was recognised, why not, or null. */
@Injectable()
class PasswordGuard extends AuthGuard('password') {
  override handleRequest<T>(error: unknown, user: unknown): T {
    if (error instanceof Rejection || error instanceof Busy) return error as T;
    if (error) throw error instanceof Error ? error : new Error('The password could not be checked', { cause: error });
    return (user || null) as T;
  }
}

type SignInRequest = PageRequest & { user?: { readonly people: readonly Recognised[] } | Rejection | Busy | null };

export class SignInInput {
  @Secret(254) email!: string;
  @Secret(200) password!: string;
  @Optional() @Pattern('^/n/', 'input.pattern', { most: 500 }) next?: string;
}

@PageController('')
export class SignInPage {
  constructor(
    private readonly models: Models,
    private readonly facade: NetworkFacade,
    private readonly sessions: Sessions,
    private readonly choices: NetworkChoices,
  ) {}

  /** The front door: the overview for who is signed in, sign-up where there is no network yet, else sign-in. */
  @Get()
  @Public()
  async front(@Req() request: PageRequest): Promise<SeeOther> {
    const { caller } = request;
    const network = caller.kind === 'employee' ? await this.facade.network(caller.network) : undefined;
    if (network) return new SeeOther(`/n/${network.slug}`);
    return new SeeOther((await this.models.count(networkDirectory)) === 0 ? '/sign-up' : '/sign-in');
  }

  @Get('sign-in')
  @Public()
  show(@Req() request: PageRequest, @Query('next') next?: string): Page {
    return this.page(request, new Form({ next: nextPage(next) ?? '' }));
  }

  @Post('sign-in')
  @Public()
  @UseGuards(PasswordGuard)
  async signIn(@Req() request: SignInRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const { user, reader } = request;
    const { form } = readForm(request, SignInInput);
    const typed = new Form({ next: form.values.next ?? '', email: emailTyped(request) });
    if (user instanceof Rejection) return this.page(request, typed.refuse(reader.refusal(user.code, user.details)), 429);
    if (user instanceof Busy) return this.page(request, typed.refuse(reader.refusal('busy')), 503);
    if (!user) return this.page(request, typed.refuse(reader.t('network.sign-in.wrong')), 422);
    const next = nextPage(form.values.next);
    const [first, ...others] = user.people;
    const asked = (await this.facade.network(first!.network))?.slug === slugIn(next);
    if (others.length === 0 || asked) return this.enter(request, reply, first!, next);
    return this.choices.page(request, user.people, next);
  }

  /** Which of several networks: what was chosen there was sealed after the password was right. */
  @Post('sign-in/network')
  @Public()
  async choose(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<Page | SeeOther> {
    const chosen = await this.choices.open((request.body ?? {}) as Record<string, unknown>);
    return chosen ? this.enter(request, reply, chosen.who, nextPage(chosen.next)) : new SeeOther('/sign-in');
  }

  private async enter(request: PageRequest, reply: PageReply, who: Recognised, next: string | undefined): Promise<SeeOther> {
    const network = await this.facade.network(who.network);
    const stage = stageFor(who.employee, network?.secondFactor === 'required');
    await this.sessions.open(request, reply, { network: who.network, employeeId: who.employee.id, stage });
    const wanted = next && slugIn(next) === network?.slug ? next : `/n/${network?.slug ?? ''}`;
    if (stage === 'full') return new SeeOther(wanted);
    return new SeeOther(`/sign-in/${stage}?next=${encodeURIComponent(wanted)}`);
  }

  private page({ reader, caller }: PageRequest, form: Form, status = 200): Page {
    return new Page('network/features/sign-in', { title: reader.t('network.sign-in.title'), form, caller }, { shell: 'public', status });
  }
}

const emailTyped = (request: PageRequest): string => {
  const { email } = (request.body ?? {}) as { email?: unknown };
  return typeof email === 'string' ? email.slice(0, 254) : '';
};

/** What is still missing after the password. */
export function stageFor({ secondFactorId, secondFactorDemanded }: ActiveEmployee, demandedByNetwork: boolean): Stage {
  if (secondFactorId !== undefined) return 'second-factor';
  return secondFactorDemanded || demandedByNetwork ? 'enrolment' : 'full';
}

@PageController('n/:slug/sign-out')
export class SignOutPage {
  constructor(private readonly sessions: Sessions) {}

  @Post()
  @SignedIn()
  async signOut(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<SeeOther> {
    await this.sessions.close(request, reply);
    return new SeeOther('/sign-in', { flash: 'network.flash.signed-out' });
  }
}
