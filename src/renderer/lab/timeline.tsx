import { useId } from 'react';
import type { LabGrant, LabState } from '../../shared/lab-contract.ts';
import { MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { useLabText } from './lab-text.tsx';

const WIDTH = 680;
/** Room for the names of the windows; the slider under the picture leaves the same. */
const LEFT = 136;
const ROW = 26;

export interface Range {
  readonly fromMs: Ms;
  readonly untilMs: Ms;
}

/** From before the issue until after all that is known to happen. */
export function rangeOf({ issuedAtMs, windows, outlook }: LabGrant, trustedMs: Ms): Range {
  const moments = [
    issuedAtMs,
    trustedMs,
    ...windows.map(({ untilMs }) => untilMs),
    ...outlook.map(({ fromMs }) => fromMs),
  ];
  const [least, most] = [Math.min(...moments), Math.max(...moments)];
  const margin = Math.max(60_000, Math.round((most - least) * 0.04));
  return { fromMs: least - margin, untilMs: most + margin };
}

interface TimelineProps {
  grant: LabGrant;
  clock: LabState['clock'];
  range: Range;
  probeMs: Ms;
}

/** The windows as bars, what the verdict will be as a strip under them, and now, first play and the probe as lines. */
export function Timeline({ grant, clock, range, probeMs }: TimelineProps) {
  const text = useLabText();
  const hatch = useId();
  const x = (atMs: Ms) =>
    LEFT +
    ((Math.min(Math.max(atMs, range.fromMs), range.untilMs) - range.fromMs) /
      (range.untilMs - range.fromMs)) *
      (WIDTH - LEFT);
  const height = (grant.windows.length + 2) * ROW + 24;
  const stripY = grant.windows.length * ROW + 4;
  return (
    <svg
      className="lab-timeline"
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={text('lab.grant.picture')}
    >
      <defs>
        <pattern id={hatch} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="8" height="8" className="lab-refused" />
          <line x1="0" y1="0" x2="0" y2="8" className="lab-hatch" />
        </pattern>
      </defs>
      {grant.windows.map(({ limit, fromMs, untilMs }, index) => (
        <g key={limit} transform={`translate(0 ${index * ROW})`}>
          <text x="0" y="17">
            {text(`lab.grant.window.${limit}`)}
          </text>
          <rect
            x={x(fromMs)}
            y="5"
            width={Math.max(2, x(untilMs) - x(fromMs))}
            height="14"
            rx="4"
            className={`lab-window lab-${limit}`}
          />
        </g>
      ))}
      <text x="0" y={stripY + 17}>
        {text('lab.grant.outlook')}
      </text>
      {grant.outlook.map(({ fromMs, verdict }, index) => {
        const untilMs = grant.outlook[index + 1]?.fromMs ?? range.untilMs;
        return (
          <rect
            key={fromMs}
            x={x(fromMs)}
            y={stripY + 2}
            width={Math.max(1, x(untilMs) - x(fromMs))}
            height="20"
            className="lab-allowed"
            {...(verdict.allowed ? {} : { fill: `url(#${hatch})`, className: '' })}
          />
        );
      })}
      {Math.abs(clock.wallMs - clock.trustedMs) < MINUTE_MS ? null : (
        <Mark x={x(clock.wallMs)} height={height} label={text('lab.clock.machine')} kind="wall" />
      )}
      <Mark x={x(clock.trustedMs)} height={height} label={text('lab.grant.now')} kind="now" />
      {grant.firstPlayAtMs === null ? null : (
        <Mark
          x={x(grant.firstPlayAtMs)}
          height={height}
          label={text('lab.grant.firstPlay')}
          kind="first-play"
        />
      )}
      <line x1={x(probeMs)} x2={x(probeMs)} y1="0" y2={stripY + 26} className="lab-line lab-line-probe" />
    </svg>
  );
}

function Mark({ x, height, label, kind }: { x: number; height: number; label: string; kind: string }) {
  const isLow = kind !== 'first-play';
  const anchor = x > WIDTH - 120 ? 'end' : 'start';
  return (
    <g className={`lab-mark lab-mark-${kind}`}>
      <line x1={x} x2={x} y1="0" y2={height - (isLow ? 4 : 24)} className={`lab-line lab-line-${kind}`} />
      <text x={x + (anchor === 'end' ? -5 : 5)} y={height - (isLow ? 6 : 26)} textAnchor={anchor}>
        {label}
      </text>
    </g>
  );
}
