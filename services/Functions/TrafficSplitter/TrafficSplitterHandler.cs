using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Functions.Listener;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>Splits the traffic of the gateway: assigns each inference to a variant, calls that version through a router, and fails over to
/// stable. The routers do everything else.</summary>
/// <remarks>
/// <code>
/// 1 read     the rollouts that the routers publish, at most a second old
/// 2 assign   with the routers' own pure function; what the routers decide alone goes to them as it is
/// 3 attempt  at the version, through a router's pinned path
/// 4 again    if the rollout has changed: with what is published now, and if that is outdated too, on stable
/// 5 retry    on stable, if the attempt failed and there is time
/// 6 count    what the attempt shows, in the cache, and only then answer
/// </code>
/// </remarks>
internal sealed class TrafficSplitterHandler(RolloutReader rollouts, RouterCalls routers, TrialCounters counters, TimeProvider time)
    : IFunctionHandler
{
    private static readonly Dictionary<string, string> AsItIs = [];

    public async Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Request is not { Url: ['/', ..] } request)
            return FunctionAnswer.From(SplitProblems.NoGateway, "TrafficSplitter answers the requests of an API Gateway", call.Id);
        var requestId = Ulid.NewUlid(time.GetUtcNow()).ToString();
        try
        {
            return SplitTarget.Read(request, call.Headers) is { } target
                ? await SplitAsync(call, target, requestId, cancellation)
                : (await routers.SendAsync(call, request.Url, AsItIs, null, cancellation)).ToCaller();
        }
        catch (RouterException e)
        {
            var answer = FunctionAnswer.From(e.Problem, e.Message, requestId);
            return answer with { Headers = new Dictionary<string, string> { [HeaderNames.RequestId] = requestId } };
        }
    }

    private async Task<FunctionAnswer> SplitAsync(FunctionCall call, SplitTarget target, string requestId, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        // 1, 2
        if (AssignedRequest.Create(target, call.Headers, await rollouts.ReadAsync(), requestId) is not { } assigned)
            return await AskStableAsync();
        // 3, 4
        var first = await TryAsync(assigned);
        if (first is { Result: SplitResults.Outdated })
        {
            var next = AssignedRequest.Create(target, call.Headers, await rollouts.RefreshAsync(), requestId);
            if (next is null || next.IsSame(assigned))
                return await AskStableAsync();
            assigned = next;
            first = await TryAsync(assigned);
            if (first is { Result: SplitResults.Outdated })
                return await AskStableAsync();
        }

        var limit = first?.AttemptLimit;
        var judged = new AttemptJudgement(first, IsShortened(), limit);
        if (judged.IsRefused)
            return first!.ToCaller();
        var clientHash = first?.ClientHash ?? 0;
        if (assigned.IsStable || !judged.IsRetried)
        {
            // 6
            await counters.CountAsync(assigned, clientHash, judged.Outcome, judged.LostEndpoint);
            return first!.ToCaller();
        }

        // 5
        var retry = Left() > TimeSpan.Zero ? await TryAsync(assigned, judged, clientHash, limit) : null;
        var second = new AttemptJudgement(retry, isShortened: false, limit);
        var isGood = second.Outcome == Rollout.Guard.CallOutcome.Succeeded;
        // 6
        await counters.CountAsync(
            assigned, clientHash, isGood ? judged.ComparedOutcome : null, isGood ? judged.LostEndpoint : null);
        if (retry is not null && !second.IsRefused)
            return retry.ToCaller(failover: assigned.Name);
        return first?.ToCaller()
            ?? throw new RouterException(SplitProblems.RouterLost, "The connection to the router was lost, and no other answered in time");

        TimeSpan? Given() =>
            RequestTimeout.TryParse(call.Headers.GetValueOrDefault(HeaderNames.RequestTimeout), out var timeout) ? timeout : null;

        TimeSpan Whole() =>
            TimeSpan.FromMilliseconds(assigned.Plan.DeadlineMilliseconds) is var most && Given() < most ? Given()!.Value : most;

        bool IsShortened() => Whole().TotalMilliseconds < assigned.Plan.DeadlineMilliseconds;

        TimeSpan Left() => Whole() - time.GetElapsedTime(began);

        async Task<FunctionAnswer> AskStableAsync() =>
            (await routers.SendAsync(
                call,
                call.Request!.Url,
                new Dictionary<string, string>
                {
                    [SplitHeaders.Call] = SplitHeaders.OnlyStable,
                    [HeaderNames.RequestId] = requestId,
                },
                null,
                cancellation)).ToCaller();

        // Null if the router was lost in the middle of a canary's call, or of the retry: then stable may still answer, or nothing does.
        async Task<RouterAnswer?> TryAsync(
            AssignedRequest tried, AttemptJudgement? failed = null, ulong client = 0, TimeSpan? within = null)
        {
            var headers = tried.HeadersOf(isRetry: failed is not null);
            headers[HeaderNames.RequestId] = requestId;
            if (failed is not null)
            {
                var (version, trial) = (tried.VersionOf(tried.Variant), tried.TrialOf(tried.Variant));
                headers[SplitHeaders.Failed] = $"{tried.Name};version={version};trial={trial};kind={failed.Kind}";
                headers[SplitHeaders.Client] = client.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
                headers[SplitHeaders.AttemptLimit] = $"{(long)(within ?? Whole()).TotalMilliseconds}";
                if (IsShortened())
                    headers[HeaderNames.TimeoutShortened] = "1";
            }

            try
            {
                return await routers.SendAsync(
                    call, tried.UrlOf(isRetry: failed is not null), headers, failed is null ? null : Left(), cancellation);
            }
            catch (RouterException e) when (e.Problem == SplitProblems.RouterLost && (failed is not null || !tried.IsStable))
            {
                return null;
            }
        }
    }
}
