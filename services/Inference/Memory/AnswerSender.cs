using Microsoft.AspNetCore.Http;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;

namespace ModelServing.Inference.Memory;

/// <summary>Sends an answer piece by piece, and frees each piece that was sent. A client that does not read in time is cut off.</summary>
internal sealed class AnswerSender(ByteBudget budget, TimeProvider time)
{
    // What Kestrel holds of an answer before it waits for the client.
    private const int Step = 32 * 1024;

    // Long enough for Kestrel to notice that the connection was aborted.
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(5);

    /// <summary>Sends the answer.</summary>
    /// <param name="context">The call. Its answer has its headers.</param>
    /// <param name="answer">The answer; empty afterwards.</param>
    /// <param name="requestTime">The request's time.</param>
    /// <exception cref="OperationCanceledException">The client left, or was cut off.</exception>
    internal async ValueTask SendAsync(HttpContext context, AnswerBuffer answer, RequestTime requestTime)
    {
        TimeLimit? limit = null;
        try
        {
            for (var i = 0; i < answer.Pieces; i++)
            {
                var rest = answer.Piece(i);
                while (!rest.IsEmpty)
                {
                    var part = rest[..Math.Min(Step, rest.Length)];
                    rest = rest[part.Length..];
                    var writing = context.Response.Body.WriteAsync(part, limit?.Token ?? context.RequestAborted);
                    if (writing.IsCompleted || limit is not null)
                    {
                        await writing;
                        continue;
                    }

                    // Only a client that does not read at once is timed. The bytes of this part are in Kestrel's memory already.
                    limit = new TimeLimit(LimitOf(requestTime.Remaining(time)), time, context.RequestAborted);
                    await writing.AsTask().WaitAsync(limit.Token);
                }

                answer.Sent(i);
            }
        }
        catch (OperationCanceledException) when (limit is { IsOver: true } && !context.RequestAborted.IsCancellationRequested)
        {
            budget.CountCutOff();
            context.Abort();
            await Task.Delay(AbortLimit, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            limit?.Dispose();
            answer.Clear();
        }
    }

    /// <summary>How long a client may take to read, if <paramref name="left"/> is left of its request's time.</summary>
    internal static TimeSpan LimitOf(TimeSpan left) => (left > ReadingTime.Least ? left : ReadingTime.Least) + ReadingTime.RouterFirst;
}
