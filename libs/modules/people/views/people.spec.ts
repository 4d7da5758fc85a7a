import { event } from '@test/support/spec';
import { describeView } from '@test/support/view-spec';
import { exampleIds } from '@waymark/modules/shared/examples';
import { people } from './people';

const registered = event('PersonRegistered', '2025-09-01', { subject: 'auth0|5f7c', name: 'Priya Raman' });

describeView(people, { stream: ['person', exampleIds.person] }, (spec) => {
  it('has a row without data for each registered person', () => {
    expect(spec.rows()).toStrictEqual(new Map());
    expect(spec.given(registered).rows()).toStrictEqual(new Map([[exampleIds.person, {}]]));
  });
});
