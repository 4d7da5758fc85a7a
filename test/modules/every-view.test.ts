import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as exported from '@waymark/FIXME/libs/views/index';
import { rowSetName } from '@waymark/core/kernel';

/** Specifications of views, by what is in them. */
const specifications = readdirSync(__dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(__dirname, name), 'utf8'));

describe('every view', () => {
  // Rows and checkpoints are kept under these names. A version goes up where the same events make other rows.
  it('is kept under its name and version, and is found by these fields', () => {
    expect(exported.views.map((view) => [rowSetName(view), ...view.indexes])).toEqual([
      ['programmes@1'],
      ['schools@1', 'area'],
      ['mentors@2', 'school'],
      ['pupils@2'],
      ['caseload@1', 'mentor', 'programme'],
      ['phase-progress@1'],
      ['regional-kpis@1'],
      ['attendance@1'],
      ['attendance-history@1'],
      ['imports@1', 'state'],
    ]);
  });

  // `describeView` sees to it that a view's specification leaves no fold out.
  it.each(exported.views)('has a specification: $name', (view) => {
    const name = Object.entries(exported).find(([, value]) => (value as unknown) === view)?.[0];
    expect(name).toBeDefined();
    const found = specifications.filter((text) => text.includes(`\ndescribeView(${name!},`));
    expect(found).toHaveLength(1);
  });
});
