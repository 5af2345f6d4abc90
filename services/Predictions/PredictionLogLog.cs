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

    [LoggerMessage(
        75,
        LogLevel.Warning,
        "The clock was set back by {Seconds:0.#} s; predictions keep the times that they have, and none is shipped twice or skipped")]
    internal static partial void ClockSetBack(ILogger logger, double seconds);

    [LoggerMessage(
        76,
        LogLevel.Information,
        "Records of predictions are larger than a row, so data of their tensors become objects; further ones are only counted")]
    internal static partial void LargeObjects(ILogger logger);

    [LoggerMessage(
        77,
        LogLevel.Warning,
        "Records of predictions are too large, so only digests of their tensors' data are kept; further ones are only counted")]
    internal static partial void LargeDigests(ILogger logger);
}
