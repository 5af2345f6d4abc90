using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Rpc;

/// <summary>What a status of gRPC means.</summary>
internal static class RpcFaults
{
    private const string RetryAfterSeconds = "retry-after";
    private const string RetryAfterMilliseconds = "grpc-retry-pushback-ms";

    /// <summary>The name of ModelServing's problem, which has no place in a status of gRPC.</summary>
    private const string ProblemReason = "x-problem-reason";

    internal static OpenInferenceException From(RpcException e)
    {
        switch (e.Status.DebugException)
        {
            case HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } below:
                return TransportFaults.From(below);
            case SocketException below:
                // The library connects by itself, and reports its failure so. Later failures of a socket are in other exceptions.
                return new(CallFault.Unreachable, $"the server can't be reached: {below.Message}", e);
        }

        var headers = Headers(e.Trailers, []);
        var wait = RetryAfter(headers);
        var (fault, status) = Meaning(e.StatusCode, wait is not null);
        var reason = headers[ProblemReason];
        return new OpenInferenceException(
            fault, $"the server answered {e.StatusCode}{(reason is null ? "" : " " + reason)}: {e.Status.Detail}", e)
        {
            Status = status,
            Reason = reason,
            Detail = e.Status.Detail,
            RetryAfter = wait,
            Headers = headers,
        };
    }

    /// <summary>Reads the metadata before and after an answer. Those after it count, if both have a name.</summary>
    internal static AnswerHeaders Headers(Grpc.Core.Metadata before, Grpc.Core.Metadata after)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in before.Concat(after).Where(static entry => !entry.IsBinary))
            all[entry.Key] = entry.Value;
        return new(all);
    }

    // Too large a message and too many requests are one status of gRPC, but only of the latter the server says when to come back.
    private static (CallFault Fault, int? Status) Meaning(StatusCode code, bool mayReturn) => code switch
    {
        StatusCode.ResourceExhausted when mayReturn => (CallFault.TooManyRequests, 429),
        StatusCode.ResourceExhausted => (CallFault.InvalidRequest, 413),
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => (CallFault.InvalidRequest, 400),
        StatusCode.Unauthenticated => (CallFault.Unauthenticated, 401),
        StatusCode.PermissionDenied => (CallFault.Forbidden, 403),
        StatusCode.NotFound => (CallFault.NotFound, 404),
        StatusCode.Unimplemented => (CallFault.NotFound, 405),
        StatusCode.Unavailable => (CallFault.Unavailable, 503),
        StatusCode.DeadlineExceeded => (CallFault.DeadlineExceeded, 504),
        _ => (CallFault.ServerFailed, 500),
    };

    private static TimeSpan? RetryAfter(AnswerHeaders headers) =>
        Number(headers[RetryAfterMilliseconds]) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds)
        : Number(headers[RetryAfterSeconds]) is { } seconds ? TimeSpan.FromSeconds(seconds)
        : null;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
