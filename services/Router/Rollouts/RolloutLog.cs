using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Admin;

namespace ModelServing.Router.Rollouts;

internal static partial class RolloutLog
{
    [LoggerMessage(30, LogLevel.Information, "Journal of {Model}: this router wrote event {Seq}, {Kind}")]
    internal static partial void Appended(ILogger logger, string model, long seq, string kind);

    [LoggerMessage(31, LogLevel.Information, "The journal {Location} is read")]
    internal static partial void JournalRead(ILogger logger, string location);

    [LoggerMessage(32, LogLevel.Error, "The journal is {Reach}: {Why}")]
    internal static partial void JournalUnavailable(ILogger logger, JournalReach reach, string why);

    [LoggerMessage(33, LogLevel.Warning, "The journal's snapshot is not used: {Why}")]
    internal static partial void NoSnapshot(ILogger logger, string why);

    [LoggerMessage(34, LogLevel.Error, "The journal's snapshot {Path} can't be written: {Why}")]
    internal static partial void SnapshotNotWritten(ILogger logger, string path, string why);

    [LoggerMessage(35, LogLevel.Warning,
        "No journal is configured: rollbacks are forgotten when this process ends, and other routers do not learn of them")]
    internal static partial void NoJournal(ILogger logger);

    [LoggerMessage(36, LogLevel.Error, "{Model} version {Version} is condemned in trial {Trial} ({Reason}): {Summary}")]
    internal static partial void Condemned(ILogger logger, string model, string version, int trial, string reason, string summary);

    [LoggerMessage(37, LogLevel.Warning, "The cache {Location} is unavailable: {Why}")]
    internal static partial void CacheUnavailable(ILogger logger, string location, string why);

    [LoggerMessage(38, LogLevel.Information, "The cache {Location} is available")]
    internal static partial void CacheReached(ILogger logger, string location);

    [LoggerMessage(39, LogLevel.Error, "The guard of {Model} version {Version} failed to exchange counts")]
    internal static partial void ExchangeFailed(ILogger logger, string model, string version, Exception exception);

    [LoggerMessage(40, LogLevel.Error, "Journal of {Model} is damaged, newer events are ignored (other models unaffected): {Why}")]
    internal static partial void JournalDamaged(ILogger logger, string model, string why);

    [LoggerMessage(41, LogLevel.Information, "Journal of {Model} can be read again")]
    internal static partial void JournalRepaired(ILogger logger, string model);

    [LoggerMessage(42, LogLevel.Warning,
        "The snapshot of {Model} is from another journal and is dropped: event {Seq} in {Location} is different or missing " +
        "(condemned in the snapshot: {Condemned})")]
    internal static partial void OtherJournal(ILogger logger, string location, long seq, string model, string condemned);

    [LoggerMessage(44, LogLevel.Error,
        "{Model} version {Version} has had no ready endpoint for {Seconds:0} s. It is not condemned, because a call was cut off on it " +
        "just before, and one caller can do that")]
    internal static partial void Spared(ILogger logger, string model, string version, double seconds);

    [LoggerMessage(43, LogLevel.Warning, "The guard is off: it never condemns a version")]
    internal static partial void GuardOff(ILogger logger);
}
