import { Controller, Get, HttpCode, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import type { Request, Response } from 'express';
import { invalid, IsFlag, IsLongText, IsTexts, Optional, valid } from '@waymark/core/fields';
import { views as all } from '@waymark/modules';
import {
  type RebuildAction,
  findView,
  rebuildActions,
  listRebuilds,
  type RebuildState,
  retryParkedRow,
  skipParkedEvent,
  startRebuild,
  type ViewStates,
  viewStates,
  type ViewState,
  type ParkedRowReport,
  listParkedRows,
} from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { Action, principalOf } from '../../shared/access.guard';
import { NoParameters } from '../no-parameters';
import { jsonBody } from '../commands/json-body';
import { Problem } from '../problem';

/** Views to rebuild in one pass over the log. */
export class StartRebuild {
  @IsTexts(['caseload', 'phase-progress']) views!: string[];
  /** The new generations go live only after an explicit switch. */
  @Optional() @IsFlag(false) hold?: boolean;
}

/** Why an event is skipped. The reason stays in the log in clear, so it must name no person. */
export class SkipParked {
  @IsLongText('Recorded twice by the old system; see the entry of the day after.', 500) reason!: string;
}

interface Items<Item> {
  readonly items: readonly Item[];
}

const isAct = (act: string): act is RebuildAction => Object.hasOwn(rebuildActions, act);

/** Views, rebuilds and parked rows, for operations staff. */
@Controller('v1/operations')
@UseInterceptors(NoParameters)
export class OperationsController {
  constructor(private readonly platform: Platform) {}

  @Get('views')
  @Action('ListViews')
  views(): Promise<ViewStates> {
    return viewStates(this.platform);
  }

  @Get('rebuilds')
  @Action('ListRebuilds')
  async rebuilds(): Promise<Items<RebuildState>> {
    return { items: await listRebuilds(this.platform) };
  }

  @Post('rebuilds')
  @Action('StartRebuild')
  @HttpCode(202)
  async rebuild(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Items<RebuildState>> {
    const { views, hold = false } = valid(StartRebuild, jsonBody(request));
    const unknown = views.flatMap((view, at) => (findView(view) ? [] : [at]));
    if (unknown.length > 0) throw invalid(unknown.map(noView));
    const started = await startRebuild(this.platform, views, { hold });
    response.setHeader('Location', '/v1/operations/rebuilds');
    const items = await listRebuilds(this.platform);
    return { items: items.filter(({ view }) => started.has(view)) };
  }

  @Post('rebuilds/:view/:act')
  @Action('ControlRebuild')
  @HttpCode(200)
  async act(@Param('view') view: string, @Param('act') act: string): Promise<Items<ViewState>> {
    if (!isAct(act))
      throw new Problem(404, 'UNKNOWN_PATH', 'This path does not exist. See /docs for the paths.');
    await rebuildActions[act](this.platform, [view]);
    return { items: (await viewStates(this.platform, [view])).views };
  }

  @Get('parked')
  @Action('ListParked')
  async parked(@Res({ passthrough: true }) response: Response): Promise<Items<ParkedRowReport>> {
    return { items: await listParkedRows(this.platform, principalOf(response)) };
  }

  @Post('parked/:view/:key/retry')
  @Action('RetryParked')
  @HttpCode(200)
  async retry(
    @Param('view') view: string,
    @Param('key') key: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Items<ParkedRowReport>> {
    return { items: await retryParkedRow(this.platform, principalOf(response), { view, key }) };
  }

  @Post('parked/:view/:key/skip')
  @Action('SkipParked')
  @HttpCode(200)
  async skip(
    @Param('view') view: string,
    @Param('key') key: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Items<ParkedRowReport>> {
    const { reason } = valid(SkipParked, jsonBody(request));
    return { items: await skipParkedEvent(this.platform, principalOf(response), { view, key, reason }) };
  }
}

const noView = (at: number) => ({
  field: `views.${String(at)}`,
  code: 'UNKNOWN_VIEW',
  message: `must be one of ${all.map(({ name }) => name).join(', ')}`,
});
