using System.Collections.Frozen;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>Writes the head of the request for an endpoint.</summary>
internal static class RequestHead
{
    private const string TraceParent = "traceparent";

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    // Hop-by-hop headers (RFC 9110, 7.6.1), headers that are written below, and headers that only the router may set.
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
        "Host", "Content-Length", "Expect",
        // Kestrel keeps a Content-Length that Transfer-Encoding overrides under this name.
        "X-Content-Length",
        HeaderNames.RequestId, HeaderNames.ModelVariant, HeaderNames.ModelVersion, HeaderNames.ModelRevision, HeaderNames.ModelTrial,
        HeaderNames.RequestTimeout, HeaderNames.TimeoutShortened, HeaderNames.ModelFailover, HeaderNames.FailoverWithin,
        HeaderNames.ClientGroup, HeaderNames.ModelExperiment, HeaderNames.RoutingKeyHash, HeaderNames.ModelVersions,
        // A version has no use for credentials.
        "Authorization", HeaderNames.ApiKey,
        SplitHeaders.Key, SplitHeaders.Call, SplitHeaders.KeyHash, SplitHeaders.RoutingKey, SplitHeaders.Client, SplitHeaders.Failed,
        SplitHeaders.AttemptLimit,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes the method, the path and the headers to the message of <paramref name="call"/>.</summary>
    /// <param name="call">The request for an endpoint. It has its content, if there is one.</param>
    /// <param name="request">The client's request.</param>
    /// <param name="attempt">The attempt to make.</param>
    /// <param name="milliseconds">The time that is left for the answer.</param>
    /// <param name="body">The client's body.</param>
    internal static void Write(UpstreamCall call, HttpRequest request, Attempt attempt, long milliseconds, in ClientBody body)
    {
        var message = call.Message;
        message.Method = attempt.Action == ModelAction.Infer ? HttpMethod.Post : HttpMethod.Get;
        var suffix = attempt.Action switch
        {
            ModelAction.Infer => Endpoint.Infer,
            ModelAction.Ready => Endpoint.Ready,
            ModelAction.Stats => Endpoint.Stats,
            _ => "",
        };
        call.Suffix = request.QueryString.Value is { Length: > 0 } query ? suffix + query : suffix;
        CopyHeaders(request.Headers, message, attempt.IsTraced);
        var head = message.Headers;
        if (message.Content is StreamedContent)
            head.ExpectContinue = true;
        Add(head, HeaderNames.RequestId, attempt.RequestId);
        foreach (var (name, value) in attempt.Route.Headers)
            Add(head, name, value);
        // Like a version that the path names, the metadata of a pinned version is about that one alone.
        if (attempt.Action == ModelAction.Metadata && attempt.Route.Variant != VariantPlan.Pinned)
            Add(head, HeaderNames.ModelVersions, string.Join(',', attempt.Model.Versions));
        Add(head, HeaderNames.RequestTimeout, milliseconds);
        if (attempt.IsTraced)
            Add(head, TraceParent, attempt.TraceParent);
        if (attempt.IsShortened)
            Add(head, HeaderNames.TimeoutShortened, "1");
        else if (!body.IsWhole)
            Add(head, HeaderNames.TimeoutShortened, string.Create(Invariant, $"below={(long)attempt.LeastTime.TotalMilliseconds}"));
        if (attempt.NamesClient)
            Add(head, HeaderNames.ClientGroup, ClientGroups.GroupOf(attempt.ClientHash, 0));
        if (attempt.RoutingKey is { } key)
            Add(head, HeaderNames.RoutingKeyHash, key);
        if (attempt.First is { } first)
        {
            var comparison = first.Comparison;
            Add(head, HeaderNames.ModelFailover, comparison.ToHeader());
            if (comparison.IsCounted)
                Add(head, HeaderNames.FailoverWithin, (long)attempt.Model.LimitOf(first.Attempt.Timeout).TotalMilliseconds);
        }
        else if (attempt.Failed is { } failed)
        {
            Add(head, HeaderNames.ModelFailover, failed.ToHeader());
            if (failed.IsCounted)
                Add(head, HeaderNames.FailoverWithin, (long)attempt.FailedWithin.TotalMilliseconds);
        }
        else if (attempt.IsReported && attempt.Route.IsStable)
        {
            Add(head, HeaderNames.FailoverWithin, (long)attempt.Model.LimitOf(attempt.Timeout).TotalMilliseconds);
        }
    }

    private static void CopyHeaders(IHeaderDictionary from, HttpRequestMessage to, bool isTraced)
    {
        var named = from.Connection;
        foreach (var (name, values) in from)
        {
            if (Dropped.Contains(name) || (named.Count > 0 && IsNamed(named, name)))
                continue;
            if (isTraced && name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
                continue;
            // The HTTP client keeps these apart. Without a body, they have no meaning.
            HttpHeaders? target = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? to.Content?.Headers : to.Headers;
            if (values.Count == 1 ? target?.TryAddWithoutValidation(name, values[0]) == false
                : target?.TryAddWithoutValidation(name, (IEnumerable<string?>)values) == false)
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private static void Add(HttpRequestHeaders head, string name, string? value) => head.TryAddWithoutValidation(name, value);

    private static void Add(HttpRequestHeaders head, string name, long value) => Add(head, name, value.ToString(Invariant));

    // Headers that Connection names are only for this hop. If a value holds 'close' or 'keep-alive', Kestrel hides the rest of it, so names
    // beside these cannot be seen here.
    private static bool IsNamed(Microsoft.Extensions.Primitives.StringValues named, string header)
    {
        foreach (var value in named)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (value.AsSpan(range).Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
