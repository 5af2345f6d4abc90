using Microsoft.Extensions.Logging;

namespace ModelServing.Hosting.Access;

internal static partial class AccessLogLog
{
    [LoggerMessage(
        7,
        LogLevel.Information,
        "Request {RequestId}, attempt {Attempt} at {Version}: {Ending} in {Milliseconds:0.000} ms ({Parts}), trace {TraceId}")]
    internal static partial void Attempted(
        ILogger logger, string requestId, int attempt, string version, string ending, double milliseconds, string parts, string traceId);

    [LoggerMessage(8, LogLevel.Information, "Request {RequestId} of {Operation}: {Ending} in {Milliseconds:0.000} ms, trace {TraceId}")]
    internal static partial void Requested(
        ILogger logger, string requestId, string operation, string ending, double milliseconds, string traceId);
}
