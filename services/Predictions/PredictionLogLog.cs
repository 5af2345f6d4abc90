using Microsoft.Extensions.Logging;

namespace ModelServing.Predictions;

internal static partial class PredictionLogLog
{
    [LoggerMessage(70, LogLevel.Error, "Predictions can't be spooled, so {Effect}: {Why}")]
    internal static partial void SpoolFails(ILogger logger, string why, string effect);

    [LoggerMessage(71, LogLevel.Information, "Predictions are spooled again")]
    internal static partial void SpoolWorks(ILogger logger);

    [LoggerMessage(
        72,
        LogLevel.Information,
        "{Records} predictions of a process that has ended are in the store now; its spool was {Folder}")]
    internal static partial void TookOver(ILogger logger, int records, string folder);

    [LoggerMessage(73, LogLevel.Warning, "{Records} predictions are not in the store yet; they stay in {Folder}")]
    internal static partial void NotDrained(ILogger logger, long records, string folder);

    [LoggerMessage(74, LogLevel.Error, "Predictions could not be written to the disk: {Why}")]
    internal static partial void NotFlushed(ILogger logger, string why);
}
