using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Forwards a request that has no other variant to fail over to. If the version runs in a pool, and the connection to a process of
/// the pool is lost, the request is sent once more, to another process: the process may have ended because of another version's
/// request.</summary>
/// <remarks>
/// <code>
/// 1 keep         the body, if there is room for it, until the answer is there
/// 2 attempt      at one process of the pool
/// 3 second try   at another, if the caller's deadline and the retry budget allow. There is no third, because this request may be the one
///                that ends processes
/// </code>
/// A process that serves one version alone is different: only its own requests can have ended it. They are not sent again.
/// </remarks>
internal sealed class SecondTry(Forwarder forwarder, RouterMetrics metrics, TimeProvider time)
{
    /// <summary>Forwards the request.</summary>
    /// <param name="context">The client's side.</param>
    /// <param name="attempt">The attempt to make, without a <see cref="Attempt.Retry"/>.</param>
    /// <param name="body">The client's body if it was read ahead, which this releases; otherwise a default value.</param>
    /// <exception cref="BadHttpRequestException">The client's body is at fault.</exception>
    internal ValueTask<AttemptResult> ForwardAsync(HttpContext context, Attempt attempt, ClientBody body) =>
        attempt.Action == ModelAction.Infer && attempt.Route.Endpoints.ArePooled
            ? ForwardToPoolAsync(context, attempt, body)
            : forwarder.ForwardAsync(context, attempt, body);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AttemptResult> ForwardToPoolAsync(HttpContext context, Attempt attempt, ClientBody body)
    {
        // 1
        if (!body.WasBegun)
        {
            try
            {
                body = await ClientBody.ReadAheadAsync(context.Request, attempt.Action, isKept: true, time, attempt.Deadline);
            }
            catch (BodyLateException)
            {
                return new(ForwardResult.BodyLate);
            }
        }

        // 2
        AttemptResult first;
        try
        {
            first = await forwarder.ForwardAsync(context, attempt with { KeepsBody = true }, body);
        }
        catch when (body.IsWhole)
        {
            body.Release();
            throw;
        }

        // 3
        if (body.IsWhole
            && first is { Result: ForwardResult.ConnectionLost, Endpoint: { IsShared: true } lost }
            && attempt.Route.Endpoints.MaskOf(lost) is var leftOut and > 0
            && attempt.Route.Endpoints.Choose(leftOut, evenUnreachable: false) >= 0
            && new Retry(attempt.Model, attempt.Route, attempt.Deadline, metrics, time).Take(RetryReason.ConnectionLost))
        {
            return await forwarder.ForwardAsync(
                context, attempt with { IsSecondTry = true, IsReported = false, LeftOut = leftOut }, body);
        }

        // Otherwise a part of it was streamed, which released it.
        if (body.IsWhole || first.Endpoint is null)
            body.Release();
        return first;
    }
}
