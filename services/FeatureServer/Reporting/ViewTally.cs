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

    internal NamedView Name => view.Name;

    /// <summary>Begins another minute.</summary>
    internal void Restart() => (eventsBefore, lateBefore) = Count();

    /// <summary>The view's part of the report.</summary>
    internal ViewReport Report(ViewDelays delays)
    {
        if (view.Follower is not { IsFilled: true } follower)
        {
            Restart();
            return new ViewReport(Name.View, Name.Version, IsFilled: false, 0, 0, 0);
        }

        var (events, late) = Count();
        return new ViewReport(
            Name.View,
            Name.Version,
            IsFilled: true,
            delays.Find(follower.AppliedTo).TotalSeconds,
            Math.Max(0, events - eventsBefore),
            Math.Max(0, late - lateBefore));
    }

    private (long Events, long Late) Count()
    {
        if (view.Follower?.Counts is not { } counts)
            return (0, 0);
        var late = counts[ApplyOutcome.Late];
        return (counts[ApplyOutcome.Applied] + counts[ApplyOutcome.Duplicate] + late, late);
    }
}
