import { Get, Post, Req, Res } from '@nestjs/common';
import { Page, type PageReply, type PageRequest, SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Permit } from '../../platform/security/permit';
import { type Progress, Verification, type VerificationReport } from '../verification';
import { callerOf } from './list-events';

type Run =
  | { readonly kind: 'running'; progress: Progress }
  | { readonly kind: 'ended'; readonly report: VerificationReport }
  | { readonly kind: 'broke' };

const steps: readonly Progress['step'][] = ['chains', 'money', 'models'];

/** Runs in the background of this process, one at a time for a network; what it found stays until the next run or a restart. */
@PageController('n/:slug/audit/verification')
export class VerifyLogPage {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly verification: Verification) {}

  @Get()
  @Permit('audit.view', ['employee'])
  show(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Page {
    const run = this.runs.get(callerOf(request).network);
    if (run?.kind === 'running') reply.header('refresh', '2');
    return new Page('audit/features/verify-log', {
      title: request.reader.t('audit.verify.title'),
      running: run?.kind === 'running' ? barOf(run.progress) : undefined,
      report:
        run?.kind === 'ended' ? { ...run.report, complaints: [...run.report.brokenChains, ...run.report.moneyComplaints] } : undefined,
      equalModels:
        run?.kind === 'ended' ? run.report.models.filter(({ differing, behind }) => differing.length === 0 && !behind).length : 0,
      broke: run?.kind === 'broke',
    });
  }

  @Post()
  @Permit('audit.view', ['employee'])
  start(@Req() request: PageRequest): SeeOther {
    const { network } = callerOf(request);
    if (this.runs.get(network)?.kind !== 'running') void this.run(network);
    return new SeeOther(`/n/${request.network!.slug}/audit/verification`);
  }

  private async run(network: string): Promise<void> {
    const running: Run = { kind: 'running', progress: { step: 'chains', done: 0, of: 0 } };
    this.runs.set(network, running);
    try {
      const report = await this.verification.run(network, (progress) => {
        running.progress = progress;
      });
      this.runs.set(network, { kind: 'ended', report });
    } catch {
      this.runs.set(network, { kind: 'broke' });
    }
  }
}

/** Three steps as one bar: the first counts positions, the second streams, the third events. */
function barOf({ step, done, of }: Progress): { step: string; percent: number } {
  const share = of === 0 ? 0 : Math.min(1, done / of);
  return { step, percent: Math.floor(((steps.indexOf(step) + share) / steps.length) * 100) };
}
