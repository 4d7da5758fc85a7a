import { Controller, Get, HttpCode, Param, Post, Req, UseInterceptors } from '@nestjs/common';
import { Type } from 'class-transformer';
import type { Request } from 'express';
import { check, invalid, IsCode, IsOneOf, IsWhole, Optional } from '@waymark/core/fields';
import { type JobState, jobStates } from '@waymark/core/kernel';
import { Platform } from '@waymark/platform';
import { Action } from '../../shared/access.guard';
import { NoParameters } from '../no-parameters';
import { Problem } from '../problem';
import type { JobAnswer, JobsAnswer } from './job';

/** Which jobs to list. */
export class JobsParameters {
  @Optional() @IsCode('import') kind?: string;
  @Optional() @IsOneOf(jobStates, 'failed') state?: JobState;
  @Optional() @Type(() => Number) @IsWhole(1, 1000, 100) limit?: number;
}

/** Background jobs, for operations staff. */
@Controller('v1/jobs')
export class JobsController {
  constructor(private readonly platform: Platform) {}

  @Get()
  @Action('ListJobs')
  async list(@Req() request: Request): Promise<JobsAnswer> {
    const { command: which, errors } = check(JobsParameters, request.query, 'parameter');
    if (errors.length > 0) throw invalid(errors);
    return { items: await this.platform.jobs.list(which) };
  }

  @Get(':id')
  @UseInterceptors(NoParameters)
  @Action('GetJob')
  async get(@Param('id') id: string): Promise<JobAnswer> {
    const job = await this.platform.jobs.get(id);
    if (!job)
      throw new Problem(
        404,
        'UNKNOWN_JOB',
        'There is no job with this id, or it has ended and is no longer kept. GET /v1/jobs lists the jobs.',
      );
    return job;
  }

  @Post(':id/cancel')
  @UseInterceptors(NoParameters)
  @Action('CancelJob')
  @HttpCode(202)
  async cancel(@Param('id') id: string): Promise<JobAnswer> {
    if (await this.platform.jobs.cancel(id)) return this.get(id);
    const { state } = await this.get(id);
    throw new Problem(
      409,
      'JOB_NOT_GOING_ON',
      `Only a waiting or running job can be cancelled. This job is ${state}.`,
    );
  }

  @Post(':id/retry')
  @UseInterceptors(NoParameters)
  @Action('RetryJob')
  @HttpCode(202)
  async retry(@Param('id') id: string): Promise<JobAnswer> {
    if (await this.platform.jobs.retry(id)) return this.get(id);
    const { state } = await this.get(id);
    throw new Problem(
      409,
      'JOB_NOT_ENDED',
      `Only a failed or cancelled job can be retried. This job is ${state}.`,
    );
  }
}
