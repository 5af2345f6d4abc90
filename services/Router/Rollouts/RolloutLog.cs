using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Admin;

namespace ModelServing.Router.Rollouts;

internal static partial class RolloutLog
{
    [LoggerMessage(30, LogLevel.Information, "Journal of {Model}: event {Seq}, {Kind}, was written here")]
    internal static partial void Appended(ILogger logger, string model, long seq, string kind);

    [LoggerMessage(31, LogLevel.Information, "The journal {Location} is read")]
    internal static partial void JournalRead(ILogger logger, string location);

    [LoggerMessage(32, LogLevel.Error, "The journal is {Reach}: {Why}")]
    internal static partial void JournalAway(ILogger logger, JournalReach reach, string why);

    [LoggerMessage(33, LogLevel.Warning, "No snapshot of the journal is used: {Why}")]
    internal static partial void NoSnapshot(ILogger logger, string why);

    [LoggerMessage(34, LogLevel.Error, "The journal's snapshot {Path} can't be written: {Why}")]
    internal static partial void SnapshotNotWritten(ILogger logger, string path, string why);

    [LoggerMessage(35, LogLevel.Warning, "There is no journal: what is rolled back here is forgotten when this process ends, and no other router learns of it")]
    internal static partial void NoJournal(ILogger logger);

    [LoggerMessage(36, LogLevel.Error, "{Model} version {Version} is condemned in trial {Trial} ({Reason}): {Summary}")]
    internal static partial void Condemned(ILogger logger, string model, string version, int trial, string reason, string summary);

    [LoggerMessage(37, LogLevel.Warning, "The cache {Location} is away: {Why}")]
    internal static partial void CacheAway(ILogger logger, string location, string why);

    [LoggerMessage(38, LogLevel.Information, "The cache {Location} answers")]
    internal static partial void CacheReached(ILogger logger, string location);

    [LoggerMessage(39, LogLevel.Error, "The guard of {Model} version {Version} failed at an exchange of counts")]
    internal static partial void ExchangeFailed(ILogger logger, string model, string version, Exception exception);

    [LoggerMessage(40, LogLevel.Error, "What came last in the journal of {Model} is not known here, and other models are not concerned: {Why}")]
    internal static partial void JournalDamaged(ILogger logger, string model, string why);

    [LoggerMessage(41, LogLevel.Information, "The journal of {Model} can be read again")]
    internal static partial void JournalRepaired(ILogger logger, string model);

    [LoggerMessage(42, LogLevel.Warning, "The snapshot is not one of the journal {Location}, which has another event {Seq} of {Model} or none: what the journal says counts, and the snapshot's word is dropped (condemned there: {Condemned})")]
    internal static partial void OtherJournal(ILogger logger, string location, long seq, string model, string condemned);

    [LoggerMessage(43, LogLevel.Warning, "The guard is off: it condemns nothing, whatever fails")]
    internal static partial void GuardOff(ILogger logger);
}
