using System.Globalization;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events.Log;

namespace ModelServing.OnlineStore;

/// <summary>A view can't be filled from the event log, because events that it needs are only in the archive. A host does not read
/// that.</summary>
public sealed class LogCompactedException : Exception
{
    internal LogCompactedException(ViewId view, LogCompaction compaction, DateTimeOffset needed)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"{view} needs the events since {needed:yyyy-MM-dd}, and the event log was compacted up to " +
                $"{DateTimeOffset.FromUnixTimeMilliseconds(compaction.Before / 1000):yyyy-MM-dd}; fill the view with " +
                $"'ms features rebuild', which reads the archive"))
    {
    }
}
