import { start } from './app/start.tsx';
import { connect } from './transport/connect.ts';

start(connect());
