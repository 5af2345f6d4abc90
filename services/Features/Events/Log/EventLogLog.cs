using Microsoft.Extensions.Logging;

namespace ModelServing.Features.Events.Log;

internal static partial class EventLogLog
{
    [LoggerMessage(120, LogLevel.Information, "The event log in {Folder} continues in epoch {Epoch} after event {Sequence}")]
    internal static partial void Opened(ILogger logger, string folder, int epoch, long sequence);

    [LoggerMessage(121, LogLevel.Error, "{Records} events are lost: a part of segment {Segment} of the event log is damaged")]
    internal static partial void Damaged(ILogger logger, long records, long segment);
}
