using System.Net;

namespace ModelServing.Router.Endpoints;

/// <summary>Asks versions whether they are ready. An endpoint may accept connections although its version can't answer, as while calls that
/// can't be ended hold all turns; what a person or a load balancer decides must not rest on connections alone.</summary>
internal sealed class AskedReadiness(TimeProvider time)
{
    /// <summary>How long an answer may take.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>An endpoint is not asked again within this time, however often callers want to know.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Asks an endpoint.</summary>
    /// <exception cref="Exception">It gave no answer.</exception>
    internal static async Task<bool> AskAsync(Endpoint endpoint, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint.UriOf(Endpoint.Ready));
        using var answer = await endpoint.SendOnceAsync(request, either.Token);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Asks the endpoints that get requests, unless they were asked just now. The answers are in their health.</summary>
    internal Task RefreshAsync(IEnumerable<VersionEndpoints> versions, CancellationToken cancellation)
    {
        var asked = versions.SelectMany(static version => version.All.ToArray()).Distinct()
            .Where(static endpoint => endpoint.Health.State == EndpointState.Ready);
        return Parallel.ForEachAsync(
            asked,
            new ParallelOptions { MaxDegreeOfParallelism = ReadinessProbe.MaxAtATime, CancellationToken = cancellation },
            async (endpoint, token) =>
            {
                if (!endpoint.Health.BeginAsking(Period))
                    return;
                try
                {
                    endpoint.Health.SaysReady = await AskAsync(endpoint, time, token);
                }
                catch (Exception) when (!token.IsCancellationRequested)
                {
                    // The requests show what becomes of an endpoint that does not answer.
                }
            });
    }
}
