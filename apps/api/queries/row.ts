import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { type RowThen, rowThen } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { GetRow } from './questions';

@QueryHandler(GetRow)
export class GetRowHandler implements IQueryHandler<GetRow> {
  constructor(private readonly platform: Platform) {}

  execute({ view, key, position }: GetRow): Promise<RowThen> {
    return rowThen(this.platform, view, key, { position });
  }
}
