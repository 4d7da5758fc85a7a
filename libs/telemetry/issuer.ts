import type { Meter } from '@opentelemetry/api';
import type { AcceptedTokens } from '@waymark/platform';

/** Report what this process knows about the issuer. Values that are not known yet are NaN. */
export function observeIssuer(meter: Meter, issuer: NonNullable<AcceptedTokens['issuer']>): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description });
  const up = gauge(
    'waymark_issuer_up',
    '1 if the issuer of access tokens answered when its keys were last fetched',
  );
  const age = gauge('waymark_issuer_keys_age_seconds', 'Time since the keys of the issuer were fetched');
  meter.addBatchObservableCallback(
    (result) => {
      const { answers, age: seconds } = issuer.state();
      result.observe(up, answers === undefined ? NaN : Number(answers));
      result.observe(age, seconds ?? NaN);
    },
    [up, age],
  );
}
