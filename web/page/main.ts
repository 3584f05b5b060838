// The page at / of `holdfast serve`: what the session says becomes rows, and what a person types goes to the outbox.
import { type ChannelRecord, type Gap, indexedDB, type Message, Session, type Status, type Subscription } from '@holdfast/client';
import { newComposer } from './composer.ts';
import { newCredentials } from './credentials.ts';
import { $, announce, complain, show } from './dom.ts';
import { newFigures } from './figures.ts';
import { newLog, type Payload } from './log.ts';
import { newQueue, type Own } from './queue.ts';
import { type Codes, newWords, wantsToken } from './words.ts';

const HISTORY = 50; // records to begin with

const codes: Codes = JSON.parse($('codes').textContent ?? '{}');
const words = newWords(codes);
const channelNow = () => new URLSearchParams(location.search).get('channel') || 'chat:lobby';
