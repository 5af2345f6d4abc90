using Microsoft.Extensions.Logging;

namespace ModelServing.OnlineStore;

internal static partial class FollowerLog
{
    [LoggerMessage(130, LogLevel.Information, "{View} is being filled from the event log")]
    internal static partial void Filling(ILogger logger, string view);

    [LoggerMessage(
        131, LogLevel.Information, "{View} is filled up to event {Sequence}; {Missing} events were missing and {Unreadable} unreadable")]
    internal static partial void Filled(ILogger logger, string view, long sequence, long missing, long unreadable);

    [LoggerMessage(132, LogLevel.Error, "{View} is filled again, because the cache has a value that can't be read: {Why}")]
    internal static partial void Damaged(ILogger logger, string view, string why);

    [LoggerMessage(133, LogLevel.Warning, "{View} is filled again, because the cache was restarted and may lack the last events")]
    internal static partial void OtherRun(ILogger logger, string view);
}
