using ModelServing.Cache.Reports;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer.Views;
using ModelServing.Features.Engine;

namespace ModelServing.FeatureServer.Reporting;

/// <summary>A view's events since the minute began. Those of a fill are not counted: it replays old events.</summary>
internal sealed class ViewTally(LoadedView view)
{
    private long eventsBefore;
    private long lateBefore;
    private long eventsReported;
    private long lateReported;
    private bool wasFilled;

    internal NamedView Name => view.Name;

    /// <summary>Begins another minute. What came after the last report of the former one belongs to the new one.</summary>
    internal void Restart() => (eventsBefore, lateBefore) = (eventsReported, lateReported);

    /// <summary>The view's part of the report.</summary>
    internal ViewReport Report(ViewDelays delays)
    {
        var follower = view.Follower;
        var isFilled = follower is { IsFilled: true };
        (eventsReported, lateReported) = Count();
        // Up to here, it may all be the fill's.
        if (!isFilled || !wasFilled)
            Restart();
        wasFilled = isFilled;
        return new ViewReport(
            Name.View,
            Name.Version,
            isFilled,
            isFilled ? delays.Find(follower!.AppliedTo).TotalSeconds : 0,
            Math.Max(0, eventsReported - eventsBefore),
            Math.Max(0, lateReported - lateBefore));
    }

    private (long Events, long Late) Count()
    {
        if (view.Follower?.Counts is not { } counts)
            return (0, 0);
        var late = counts[ApplyOutcome.Late];
        return (counts[ApplyOutcome.Applied] + counts[ApplyOutcome.Duplicate] + late, late);
    }
}
