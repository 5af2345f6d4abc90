using Microsoft.Extensions.Logging;

namespace ModelServing.Router.Sources;

internal static partial class SourcesLog
{
    [LoggerMessage(10, LogLevel.Information, "Plan applied: {Models} models, {Changed} of them changed: {Rollouts}")]
    internal static partial void PlanApplied(ILogger logger, int models, int changed, string rollouts);

    [LoggerMessage(11, LogLevel.Error, "The {Document} can't be used, so the last good one stays: {Why}")]
    internal static partial void Refused(ILogger logger, string document, string why);

    [LoggerMessage(12, LogLevel.Error, "{Name} can't be looked up, so its last good addresses ({Count}) stay: {Why}")]
    internal static partial void LookupFailed(ILogger logger, string name, int count, string why);

    [LoggerMessage(13, LogLevel.Information, "{Name} can be looked up again")]
    internal static partial void LookupWorksAgain(ILogger logger, string name);

    [LoggerMessage(14, LogLevel.Information, "{Name} now has {Count} addresses ({Before} before)")]
    internal static partial void AddressesChanged(ILogger logger, string name, int count, int before);

    [LoggerMessage(15, LogLevel.Warning, "{Source} can't be watched, so the last good plan stays: {Why}")]
    internal static partial void WatchFailed(ILogger logger, string source, string why);

    [LoggerMessage(16, LogLevel.Information, "{Source} is watched again")]
    internal static partial void WatchWorksAgain(ILogger logger, string source);
}
