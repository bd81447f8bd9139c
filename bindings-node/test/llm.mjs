// Answers of the two providers, as their clients expect them.

const CHUNK = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-real' };
const CHUNKS = [
  { ...CHUNK, choices: [{ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: null }] },
  { ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { ...CHUNK, choices: [], usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 } },
];
const CHAT = {
  ...CHUNK,
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 },
};
const RESPONSE = { id: 'r', object: 'response', created_at: 1, model: 'gpt-real', status: 'completed', output: [], usage: { input_tokens: 5, output_tokens: 6, total_tokens: 11 } };
const RESPONSE_EVENTS = [
  { type: 'response.created', sequence_number: 0, response: { ...RESPONSE, status: 'in_progress', usage: null } },
  { type: 'response.completed', sequence_number: 1, response: RESPONSE },
];
const MESSAGE = {
  id: 'm', type: 'message', role: 'assistant', model: 'claude-real', stop_reason: 'end_turn', stop_sequence: null,
  content: [{ type: 'text', text: 'hi' }], usage: { input_tokens: 7, output_tokens: 8 },
};
const MESSAGE_EVENTS = [
  { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 8 } },
  { type: 'message_stop' },
];
const ANSWERS = {
  '/v1/chat/completions': [CHAT, CHUNKS],
  '/v1/responses': [RESPONSE, RESPONSE_EVENTS],
  '/v1/messages': [MESSAGE, MESSAGE_EVENTS],
};

/** The answer to a request to either provider; nothing when it is not to them. */
export function answerOfModel({ url, body }) {
  const [whole, pieces] = ANSWERS[url] ?? [];
  if (!whole) return undefined;
  const { model, stream } = JSON.parse(body);
  if (model === 'broken') return (response) => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no such model"}}');
  if (!stream) return whole;
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) response.write(`${piece.type ? `event: ${piece.type}\n` : ''}data: ${JSON.stringify(piece)}\n\n`);
    response.end();
  };
}
