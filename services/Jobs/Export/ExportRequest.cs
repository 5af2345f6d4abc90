using ModelServing.Contracts;

namespace ModelServing.Jobs.Export;

/// <summary>What to export.</summary>
/// <param name="Since">The first time.</param>
/// <param name="Until">The time before which predictions began.</param>
/// <param name="MemoryMegabytes">The memory for rows, in megabytes.</param>
internal sealed record ExportRequest(
    IReadOnlyList<ModelName> Models, DateTimeOffset Since, DateTimeOffset Until, int MemoryMegabytes)
{
    /// <summary>The number of minutes that are read, of all models.</summary>
    internal long Minutes => Until <= Since ? 0 : Models.Count * (LastMinute - FirstMinute + 1);

    internal long FirstMinute => MinuteOf(Since.UtcTicks);

    internal long LastMinute => MinuteOf(Until.UtcTicks - 1);

    private static long MinuteOf(long ticks) =>
        (long)Math.Floor((ticks - DateTimeOffset.UnixEpoch.UtcTicks) / (double)TimeSpan.TicksPerMinute);
}
