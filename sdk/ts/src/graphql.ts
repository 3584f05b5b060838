// A client for GraphQL over WebSocket.
export { decode, GraphQLClient } from './graphql/client.ts';
export { type Gap, type GraphQLError, GraphQLErrors, type Result } from './graphql/frames.ts';
export type {
  ExecuteOptions,
  GraphQLOptions,
  GraphQLStats,
  Observer,
  Request,
  SubscribeOptions,
} from './graphql/options.ts';
