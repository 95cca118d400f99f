import { useId, useState } from 'react';
import { useIntl } from 'react-intl';
import type { LabGrant, LabState } from '../../shared/lab-contract.ts';
import type { Verdict } from '../../shared/license.ts';
import type { Ms } from '../../shared/units.ts';
import { licenseWords } from '../../shared/words/license-words.ts';
import { useDownloads } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { useLabText, useMoment } from './lab-text.tsx';
import { Timeline, rangeOf } from './timeline.tsx';
import type { Range } from './timeline.tsx';
import { useLabAction, useVerdictAt } from './use-lab.ts';

/** One license: its windows, and what it will say at the moment that one drags to. */
export function GrantPanel({
  grant,
  clock,
  of = 'app',
}: {
  grant: LabGrant;
  clock: LabState['clock'];
  of?: 'app' | 'scenario';
}) {
  const text = useLabText();
  const moment = useMoment();
  const heading = useId();
  const held = useDownloads().find(({ videoId }) => videoId === grant.videoId);
  const download = of === 'app' ? held : undefined;
  const revoke = useLabAction((lab, videoId: string) => lab.revoke({ videoId }));
  const [dragged, setDragged] = useState<Ms | null>(null);
  const range = rangeOf(grant, clock.trustedMs);
  const probeMs = dragged ?? clock.trustedMs;
  const episode = download?.episode;
  const name =
    download &&
    (episode
      ? `${download.titleName} · S${episode.seasonNumber} E${episode.episodeNumber}`
      : download.titleName);
  const { policy, watchedSeconds, firstPlayAtMs } = grant;
  return (
    <article className="lab-grant" aria-labelledby={heading}>
      <header className="lab-grant-head">
        <h3 id={heading}>{name ?? grant.videoId}</h3>
        {of === 'app' ? (
          <Button look="danger" onPress={() => revoke.mutate(grant.videoId)}>
            {text('lab.grant.revoke')}
          </Button>
        ) : null}
      </header>
      <Timeline grant={grant} clock={clock} range={range} probeMs={probeMs} />
      <Probe of={of} grant={grant} clock={clock} range={range} probeMs={probeMs} onChange={setDragged} />
      <dl className="settings-facts">
        {grant.windows.map(({ limit, fromMs, untilMs }) => (
          <div key={limit} className="lab-fact">
            <dt>{text(`lab.grant.window.${limit}`)}</dt>
            <dd>
              {moment(fromMs)} – {moment(untilMs)}
            </dd>
          </div>
        ))}
        <div className="lab-fact">
          <dt>{text('lab.grant.firstPlay')}</dt>
          <dd>
            {firstPlayAtMs === null
              ? text('lab.grant.noFirstPlay', {
                  seconds: Math.round(watchedSeconds),
                  grace: policy.play_start_grace_period_seconds,
                })
              : moment(firstPlayAtMs)}
          </dd>
        </div>
      </dl>
    </article>
  );
}

interface ProbeProps {
  of: 'app' | 'scenario';
  grant: LabGrant;
  clock: LabState['clock'];
  range: Range;
  probeMs: Ms;
  onChange: (atMs: Ms) => void;
}

/** A slider over time; arrows move it by a minute, Page keys by a tenth, the buttons to where the verdict changes. */
function Probe({ of, grant, clock, range, probeMs, onChange }: ProbeProps) {
  const text = useLabText();
  const moment = useMoment();
  const id = useId();
  const step = useLabAction((lab, ms: Ms) => lab.clock({ do: 'step', ms }));
  const verdict = useVerdictAt(of, grant.videoId, Math.round(probeMs));
  const said = useVerdictWords(verdict, probeMs);
  const changes = grant.outlook.map(({ fromMs }) => fromMs);
  const before = changes.findLast((atMs) => atMs < probeMs);
  const after = changes.find((atMs) => atMs > probeMs);
  const aheadMs = Math.round(probeMs - clock.trustedMs);
  return (
    <div className="lab-probe">
      <label htmlFor={id}>{text('lab.grant.probe')}</label>
      <input
        id={id}
        type="range"
        className="lab-slider"
        min={range.fromMs}
        max={range.untilMs}
        step={60_000}
        value={probeMs}
        aria-valuetext={`${moment(probeMs)}: ${said}`}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output htmlFor={id} className="lab-said">
        <strong>{moment(probeMs)}</strong> <span data-lab="said">{said}</span>
      </output>
      <div className="lab-moves">
        <Button isDisabled={before === undefined} onPress={() => before !== undefined && onChange(before)}>
          {text('lab.grant.previous')}
        </Button>
        <Button isDisabled={after === undefined} onPress={() => after !== undefined && onChange(after)}>
          {text('lab.grant.next')}
        </Button>
        <Button isDisabled={aheadMs <= 0} onPress={() => step.mutate(aheadMs)}>
          {text('lab.grant.goThere')}
        </Button>
      </div>
    </div>
  );
}

/** In the viewer's words, with the reason as the license stage names it. */
function useVerdictWords(verdict: Verdict | undefined, nowMs: Ms): string {
  const text = useText();
  const { locale } = useIntl();
  if (!verdict) return '…';
  const { words } = licenseWords(verdict, { text, locale, nowMs, isOnline: true });
  return `${words} (${verdict.allowed ? verdict.limitedBy : verdict.reason})`;
}
