import { DAY_MS } from '../../shared/units.ts';
import { useScreen } from '../app/use-screen.ts';
import { Section } from '../settings/section.tsx';
import { OnOff } from '../ui/choice.tsx';
import { Loading } from '../ui/loading.tsx';
import { Button } from '../ui/button.tsx';
import type { LabFaults, LabScenario } from '../../shared/lab-contract.ts';
import { ClockControls } from './clock-controls.tsx';
import { GrantPanel } from './grant-panel.tsx';
import { LabLanguage, useLabText, useMoment } from './lab-text.tsx';
import { ScenarioBox } from './scenario-box.tsx';
import { useLabAction, useLabState } from './use-lab.ts';
import '../settings/settings.css';
import './lab.css';

export function LabScreen() {
  return (
    <LabLanguage>
      <Lab />
    </LabLanguage>
  );
}

function Lab() {
  const text = useLabText();
  const state = useLabState();
  useScreen(text('lab.title'));
  if (!state) return <Loading />;
  return (
    <div className="screen settings lab">
      <h1 className="screen-title">{text('lab.title')}</h1>
      <p className="lab-intro">{text('lab.intro')}</p>
      <Section title={text('lab.clock')}>
        <ClockControls clock={state.clock} />
      </Section>
      <Section title={text('lab.faults')}>
        <Faults faults={state.faults} />
      </Section>
      <Section title={text('lab.grants')}>
        {state.grants.length === 0 ? <p>{text('lab.grants.none')}</p> : null}
        {state.grants.map((grant) => (
          <GrantPanel key={grant.videoId} grant={grant} clock={state.clock} />
        ))}
      </Section>
      <Section title={text('lab.scenario')}>
        <ScenarioBox />
      </Section>
      {state.scenario ? <Imported scenario={state.scenario} /> : null}
    </div>
  );
}

/** Its licenses are its own: nothing of it is the app's. */
function Imported({ scenario: { title, clock, grants } }: { scenario: LabScenario }) {
  const text = useLabText();
  const moment = useMoment();
  const putAway = useLabAction((lab, _nothing: null) => lab.putAway());
  return (
    <Section title={text('lab.imported', { title })}>
      <p>{text('lab.imported.now', { now: moment(clock.trustedMs) })}</p>
      <div className="lab-moves">
        <Button onPress={() => putAway.mutate(null)}>{text('lab.imported.putAway')}</Button>
      </div>
      {grants.map((grant) => (
        <GrantPanel key={grant.videoId} grant={grant} clock={clock} of="scenario" />
      ))}
    </Section>
  );
}

const WRONG_BY_MS = 60 * DAY_MS;

function Faults({ faults }: { faults: LabFaults }) {
  const text = useLabText();
  const change = useLabAction((lab, to: Partial<LabFaults>) => lab.faults(to));
  return (
    <>
      <OnOff
        label={text('lab.faults.offline')}
        isOn={faults.offline}
        onChange={(offline) => change.mutate({ offline })}
      />
      <OnOff
        label={text('lab.faults.renewalsRefused')}
        isOn={faults.renewalsRefused}
        onChange={(renewalsRefused) => change.mutate({ renewalsRefused })}
      />
      <OnOff
        label={text('lab.faults.serviceTimeWrong')}
        isOn={faults.serviceTimeWrongByMs !== 0}
        onChange={(isOn) => change.mutate({ serviceTimeWrongByMs: isOn ? WRONG_BY_MS : 0 })}
      />
      <OnOff
        label={text('lab.faults.keychainLost')}
        isOn={faults.keychainLost}
        onChange={(keychainLost) => change.mutate({ keychainLost })}
      />
      <OnOff
        label={text('lab.faults.onBattery')}
        isOn={faults.onBattery}
        onChange={(onBattery) => change.mutate({ onBattery })}
      />
    </>
  );
}
