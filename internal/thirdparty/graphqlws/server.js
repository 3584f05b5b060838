// A GraphQL server of others: server.js PORT PROTOCOL, with PROTOCOL transport (graphql-ws) or legacy
// (subscriptions-transport-ws). It says "listening PORT", and what its subscriptions do, one line each.
import { createServer } from 'node:http';
import { GraphQLError, GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, execute, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import transport from 'subscriptions-transport-ws';
import { WebSocketServer } from 'ws';

const [port, protocol] = process.argv.slice(2);
const say = (line) => process.stdout.write(line + '\n');
const int = { type: new GraphQLNonNull(GraphQLInt) };
let counter = 0;

async function* count(_, { to }) {
  for (let n = 1; n <= to; n++) yield { count: n };
}

async function* ticks() {
  say('began ticks');
  try {
    for (let n = 1; ; n++) {
      yield { ticks: n };
      await new Promise((done) => setTimeout(done, 5));
    }
  } finally {
    say('ended ticks');
  }
}

async function* broken() {
  yield { broken: 1 };
  throw new Error('the source broke');
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      hello: { type: GraphQLString, args: { name: { type: GraphQLString } }, resolve: (_, { name }) => `hello ${name ?? 'world'}` },
      pid: { type: GraphQLInt, resolve: () => process.pid },
      boom: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('boom', { extensions: { code: 'BOOM' } });
        },
      },
      never: { type: GraphQLString, resolve: () => new Promise(() => say('asked never')) },
    },
  }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { increment: { ...int, resolve: () => ++counter } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: { ...int, args: { to: int }, subscribe: count },
      ticks: { ...int, subscribe: ticks },
      broken: { ...int, subscribe: broken },
    },
  }),
});

const http = createServer((_, res) => res.writeHead(404).end());
if (protocol === 'legacy') {
  const wss = new WebSocketServer({ server: http, handleProtocols: (offered) => (offered.has('graphql-ws') ? 'graphql-ws' : false) });
  transport.SubscriptionServer.create({ schema, execute, subscribe, keepAlive: 20, onConnect: ({ deny }) => !deny }, wss);
} else {
  const wss = new WebSocketServer({ server: http });
  useServer({ schema, onConnect: ({ connectionParams }) => (connectionParams?.deny ? false : { you: connectionParams?.user ?? 'nobody' }) }, wss);
}
http.listen(Number(port), '127.0.0.1', () => say(`listening ${http.address().port}`));
process.stdin.on('end', () => process.exit()).resume(); // whoever started it is gone
