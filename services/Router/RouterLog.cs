using Microsoft.Extensions.Logging;

namespace ModelServing.Router;

internal static partial class RouterLog
{
    [LoggerMessage(20, LogLevel.Error, "Request {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
