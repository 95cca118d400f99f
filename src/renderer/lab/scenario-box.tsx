import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { FileTrigger, TextArea, TextField, Label } from 'react-aria-components';
import { asLayoverError } from '../../shared/errors.ts';
import { Scenario } from '../../shared/lab-scenario.ts';
import type { ScenarioResult, VerdictChange } from '../../shared/lab-scenario.ts';
import { useErrorSentence } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { useLabText } from './lab-text.tsx';
import { useLabClient } from './use-lab.ts';

/** What is held here as a scenario; or any scenario, run on a license stage beside this app's own, and left there. */
export function ScenarioBox() {
  const text = useLabText();
  const sentence = useErrorSentence();
  const lab = useLabClient();
  const [json, setJson] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const exported = useMutation({
    mutationFn: () => lab.exportScenario(),
    onSuccess: (scenario) => setJson(`${JSON.stringify(scenario, null, 2)}\n`),
  });
  const queries = useQueryClient();
  const simulated = useMutation({
    mutationFn: (scenario: Scenario) => lab.importScenario(scenario),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['lab'] }),
  });

  function run(json: string) {
    setWrong(null);
    simulated.reset();
    try {
      const parsed = Scenario.safeParse(JSON.parse(json));
      if (parsed.success) return simulated.mutate(parsed.data);
      const [issue] = parsed.error.issues;
      setWrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    } catch (thrown) {
      setWrong(text('lab.scenario.notJson', { reason: String(thrown) }));
    }
  }

  const failed = exported.error ?? simulated.error;
  return (
    <>
      <div className="lab-moves">
        <Button onPress={() => exported.mutate()}>{text('lab.scenario.export')}</Button>
        <FileTrigger
          acceptedFileTypes={['application/json']}
          onSelect={(files) =>
            void files?.[0]?.text().then((read) => {
              setJson(read);
              run(read);
            })
          }
        >
          <Button>{text('lab.scenario.import')}</Button>
        </FileTrigger>
        <Button
          look="primary"
          isDisabled={json.trim() === '' || simulated.isPending}
          onPress={() => run(json)}
        >
          {text('lab.scenario.run')}
        </Button>
      </div>
      <TextField className="field lab-scenario" value={json} onChange={setJson}>
        <Label className="field-label">{text('lab.scenario.text')}</Label>
        <TextArea className="field-input lab-json" rows={12} spellCheck={false} />
      </TextField>
      {wrong ? <Notice tone="error">{wrong}</Notice> : null}
      {failed ? <Notice tone="error">{sentence(asLayoverError(failed))}</Notice> : null}
      {simulated.data ? <Result result={simulated.data} /> : null}
    </>
  );
}

function Result({ result }: { result: ScenarioResult }) {
  const text = useLabText();
  const caption = useId();
  return (
    <div className="lab-result" role="status">
      {result.ok ? (
        <Notice tone="calm">{text('lab.scenario.holds', { count: result.expectations })}</Notice>
      ) : null}
      {result.failures.map(({ step, at, message }) => (
        <Notice key={step} tone="error">
          {text('lab.scenario.fails', { step, at, message })}
        </Notice>
      ))}
      <table className="lab-changes" aria-labelledby={caption}>
        <caption id={caption}>{text('lab.scenario.changes')}</caption>
        <thead>
          <tr>
            <th scope="col">{text('lab.scenario.at')}</th>
            <th scope="col">{text('lab.scenario.whose')}</th>
            <th scope="col">{text('lab.scenario.verdict')}</th>
            <th scope="col">{text('lab.scenario.cause')}</th>
          </tr>
        </thead>
        <tbody>
          {result.changes.map((change, index) => (
            <tr key={index}>
              <td>{change.at}</td>
              <td>{change.viewing === null ? change.video : `${change.video} / ${change.viewing}`}</td>
              <td>{kindOf(change)}</td>
              <td>
                {typeof change.cause === 'string' ? change.cause : `${change.cause.step}: ${change.cause.do}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** As the license stage names it: what a tester writes into an expectation. */
function kindOf({ verdict }: VerdictChange): string {
  return verdict.allowed ? `allowed, ${verdict.limitedBy}` : verdict.reason;
}
