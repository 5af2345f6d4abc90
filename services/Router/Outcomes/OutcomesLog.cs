using Microsoft.Extensions.Logging;

namespace ModelServing.Router.Outcomes;

internal static partial class OutcomesLog
{
    [LoggerMessage(21, LogLevel.Warning, "The outcomes of {RequestId} were not all stored: {Reason}")]
    internal static partial void Unstored(ILogger logger, string requestId, string reason);

    [LoggerMessage(22, LogLevel.Error, "The outcomes of {RequestId} failed in the router")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
