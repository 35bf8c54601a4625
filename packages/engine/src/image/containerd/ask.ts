import { ImageError } from '../error.ts';
import { type GrpcClient, GrpcFailure, notFound } from './grpc.ts';
import { decodeMessage, type Message } from './protobuf.ts';

/** The answer of a method that gives one. @throws GrpcFailure for what is not there; ImageError */
export async function askOne(
  grpc: GrpcClient,
  method: string,
  request: Buffer,
  shown: string,
  signal: AbortSignal | undefined,
): Promise<Message> {
  try {
    for await (const message of grpc.call(method, request, signal)) {
      return decodeMessage(message, `the answer of ${shown}`);
    }
  } catch (error) {
    throw asFailure(error, shown);
  }
  throw new ImageError('ENGINE_ERROR', `${shown} gave no answer`);
}

/** What failed as one of our errors, apart from what is not there. */
export function asFailure(error: unknown, shown: string): unknown {
  if (error instanceof GrpcFailure && error.status === notFound) {
    return error;
  }
  if (error instanceof ImageError) {
    return error.code === 'ENGINE_ERROR' ? new ImageError(error.code, `${shown} sent ${error.message}`) : error;
  }
  const message = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
  return new ImageError('ENGINE_ERROR', `${shown}: ${message}`, { cause: error });
}
