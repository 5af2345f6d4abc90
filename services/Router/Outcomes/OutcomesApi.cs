using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Predictions;
using ModelServing.Router.Errors;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Outcomes;

/// <summary>Posts of outcomes, on the models' port. A post is answered once its outcomes are stored, whether the predictions have landed or
/// not.</summary>
/// <remarks>
/// <code>
/// 1 client       a reporter or an operator
/// 2 path         and method
/// 3 a place      of a few posts in flight: 503
/// 4 body         bounded in bytes and time
/// 5 outcomes     all of them are right, or nothing is stored
/// 6 store        unavailable or late: 503
/// </code>
/// </remarks>
internal sealed class OutcomesApi(
    Admission admission, OutcomeMetrics metrics, TimeProvider time, ILogger<OutcomesApi> logger, IPredictionStore? store = null)
{
    /// <summary>The most posts in flight. Each of them has up to 1 MiB of text.</summary>
    internal const int MostInFlight = 16;

    /// <summary>How long a body may take to arrive.</summary>
    internal static readonly TimeSpan BodyLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long the store may take.</summary>
    internal static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LaterAgain = TimeSpan.FromSeconds(5);

    private int inFlight;

    internal async Task HandleAsync(HttpContext context, string path)
    {
        var requestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        context.Response.Headers[HeaderNames.RequestId] = requestId;
        // 1
        var admitted = await admission.AdmitAsync(context, ClientAction.Report);
        var refusal = admitted.Problem is { } notAdmitted
            ? new Refusal(notAdmitted, admitted.Detail, admitted.RetryAfter)
            : await TakeAsync(context, path, requestId);
        if (refusal is null)
            return;
        if (refusal.Problem.Status >= StatusCodes.Status500InternalServerError)
            metrics.Failed(refusal.Problem);
        else
            metrics.Refused(refusal.Problem);
        if (!context.Response.HasStarted)
            await refusal.Problem.WriteAsync(context, refusal.Detail, requestId, refusal.RetryAfter);
    }

    // Returns what is wrong; null once the post is answered, or if its client has left.
    private async Task<Refusal?> TakeAsync(HttpContext context, string path, string requestId)
    {
        try
        {
            // 2
            if (OutcomePost.Find(path) is not { } post)
            {
                return new Refusal(
                    Problems.NoSuchPath,
                    $"There is nothing at {path}; outcomes are posted to {OutcomePaths.Outcomes} and {OutcomePaths.Outcome("ID")}");
            }

            if (context.Request.Method != HttpMethods.Post)
            {
                context.Response.Headers.Allow = HttpMethods.Post;
                return new Refusal(Problems.MethodNotAllowed, $"{path} accepts POST, not {context.Request.Method}");
            }

            if (UnsupportedBody.FindIn(context) is { } unsupported)
                return new Refusal(UnsupportedBody.Problem, unsupported);
            if (store is null)
                return new Refusal(Problems.NoPredictionLog, "This platform has no prediction log, so it stores no outcomes");
            return await TakeAsync(context, post, store);
        }
        catch (ContractException e)
        {
            return new Refusal(Problems.BadRequest, e.Message);
        }
        catch (PredictionStoreException e) when (e.Error != PredictionStoreError.Refused)
        {
            OutcomesLog.Unstored(logger, requestId, e.Message);
            return new Refusal(
                e.Error == PredictionStoreError.Throttled ? Problems.PredictionsThrottled : Problems.PredictionsUnavailable,
                "The store did not take all of the outcomes; post them again, which does no harm to those that it took",
                e.Error == PredictionStoreError.Throttled ? SoonAgain : LaterAgain);
        }
        catch (OverBudgetException e)
        {
            context.Features.Get<ByteBudget>()?.CountRefusal();
            return new Refusal(ByteBudget.Exceeded, e.Message, SoonAgain);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
            return null;
        }
        catch (Exception e) when (BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            return new Refusal(problem, detail);
        }
        catch (Exception e)
        {
            OutcomesLog.Failed(logger, requestId, e);
            return new Refusal(Problems.Internal, "The router failed to store these outcomes; its log has the reason");
        }
    }

    private async Task<Refusal?> TakeAsync(HttpContext context, OutcomePost post, IPredictionStore store)
    {
        // 3
        if (Interlocked.Increment(ref inFlight) > MostInFlight)
        {
            Interlocked.Decrement(ref inFlight);
            return new Refusal(Problems.OutcomesBusy, $"{MostInFlight} posts of outcomes are in flight already", SoonAgain);
        }

        var buffer = Array.Empty<byte>();
        try
        {
            // 4
            var most = post.MostBytes;
            if (context.Request.ContentLength > most)
                return TooLarge(most);
            new HeldBytes(context).Take(context.Request.ContentLength ?? most);
            buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? most) + 1);
            int length;
            using (var limit = new TimeLimit(BodyLimit, time, context.RequestAborted))
            {
                try
                {
                    length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limit.Token);
                }
                catch (OperationCanceledException) when (limit.IsOver)
                {
                    return new Refusal(Problems.BodyLate, $"The request body was not complete within {BodyLimit.TotalSeconds} s");
                }
            }

            if (length > most)
                return TooLarge(most);
            // 5 and 6. Not on this thread, which serves sockets.
            var stored = await Task.Run(() => StoreAsync(post, buffer.AsMemory(0, length), store, context.RequestAborted));
            metrics.Stored(stored);
            await AnswerAsync(context, post, stored);
            return null;
        }
        finally
        {
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
            Interlocked.Decrement(ref inFlight);
        }
    }

    private async Task<int> StoreAsync(OutcomePost post, ReadOnlyMemory<byte> body, IPredictionStore store, CancellationToken cancellation)
    {
        var outcomes = post.Read(body.Span, time.GetUtcNow());
        using var limit = new TimeLimit(StoreLimit, time, cancellation);
        try
        {
            await store.PutOutcomesAsync(outcomes, limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException e) when (limit.IsOver)
        {
            throw new PredictionStoreException(
                PredictionStoreError.Unavailable, $"{store.Location} did not answer within {StoreLimit.TotalSeconds} s", e);
        }

        return outcomes.Count;
    }

    private static async Task AnswerAsync(HttpContext context, OutcomePost post, int stored)
    {
        if (post.RequestId is not null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var json = new StoredOutcomes(stored).ToUtf8();
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    private static Refusal TooLarge(int most) => new(Problems.BodyTooLarge, $"The request body has more than {most} bytes");

    private sealed record Refusal(Problem Problem, string Detail, TimeSpan? RetryAfter = null);
}
