import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import './lab-link.css';
import { LabLanguage, useLabText } from './lab-text.tsx';

function Named() {
  const text = useLabText();
  return (
    <Link to={'/lab' as '/'} className="shell-link lab-link" data-lab="link">
      <FlaskConical aria-hidden /> <span className="shell-words">{text('lab.title')}</span>
    </Link>
  );
}

/** The way to the lab, in the bar of a QA build. */
export function LabLink() {
  return (
    <LabLanguage>
      <Named />
    </LabLanguage>
  );
}
