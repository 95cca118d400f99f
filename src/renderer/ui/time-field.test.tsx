// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { TimeField } from './time-field.tsx';

afterEach(cleanup);

function Held() {
  const [minuteOfDay, setMinuteOfDay] = useState(2 * 60);
  return (
    <>
      <TimeField label="From" minuteOfDay={minuteOfDay} onChange={setMinuteOfDay} />
      <output>{minuteOfDay}</output>
    </>
  );
}

test('a step up and down changes the hour, and keeps the rest', () => {
  render(<Held />);
  const hour = screen.getAllByRole('spinbutton')[0]!;
  fireEvent.keyDown(hour, { key: 'ArrowUp' });
  expect(screen.getByRole('status').textContent).toBe('180');
  fireEvent.keyDown(hour, { key: 'ArrowDown' });
  expect(screen.getByRole('status').textContent).toBe('120');
});
