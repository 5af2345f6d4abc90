using Microsoft.Extensions.Logging;

namespace ModelServing.Router.Recording;

internal static partial class RequestLog
{
    [LoggerMessage(20, LogLevel.Error, "Request {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
