using System.Runtime.InteropServices;
using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>Applies events to states.</summary>
internal static class EventApplier
{
    /// <summary>
    /// <list type="number">
    /// <item>An event that was already applied, is not for the view or can't be read changes nothing.</item>
    /// <item>Neither does one that is late or repeated.</item>
    /// <item>The newest event moves everything forward: what no reader and no event can reach any more is removed.</item>
    /// <item>The event is remembered and added to its tiles.</item>
    /// </list>
    /// </summary>
    internal static ApplyOutcome Apply(EntityState state, FeatureEvent featureEvent, long sequence)
    {
        // 1
        var plan = state.Plan;
        if (sequence <= state.Sequence)
            return ApplyOutcome.AlreadyApplied;
        if (plan.FindSource(featureEvent.Source) is not { } source)
            return ApplyOutcome.OtherSource;
        if (source.Read(featureEvent, state.Fields) is not null)
            return ApplyOutcome.Unreadable;

        // 2
        var (time, key) = (featureEvent.Time.Microseconds, featureEvent.Key);
        if (state.Tail.Contains(key))
            return ApplyOutcome.Duplicate;
        if (time < state.Newest - plan.Lateness || state.Tail.IsBeyondHorizon(time, key))
            return ApplyOutcome.Late;

        // 3
        if (time > state.Newest)
            MoveTo(state, time);

        // 4
        state.Tail.Add(time, key);
        AddToTiles(state, source, time, key);
        state.Sequence = sequence;
        return ApplyOutcome.Applied;
    }

    private static void MoveTo(EntityState state, long time)
    {
        var plan = state.Plan;
        state.Newest = time;
        state.Tail.Prune(time - plan.Lateness);
        for (var i = 0; i < state.Groups.Length; i++)
            state.Groups[i].Prune(plan.Groups[i].FirstNeeded(time - plan.ReadReach));
    }

    private static void AddToTiles(EntityState state, SourcePlan source, long time, UInt128 key)
    {
        var fields = state.Fields;
        var (group, tile, offset) = (-1, 0, 0L);
        Span<bool> conditions = stackalloc bool[source.Conditions.Count];
        for (var i = 0; i < conditions.Length; i++)
            conditions[i] = source.Conditions[i].Evaluate(fields.Numbers, fields.Texts) == 1;
        foreach (ref readonly var use in CollectionsMarshal.AsSpan(source.Columns))
        {
            var column = use.Plan;
            if ((column.Condition >= 0 && !conditions[column.Condition]) || (column.Field >= 0 && !fields.Exists(column.Field)))
                continue;
            if (group != use.Group)
            {
                group = use.Group;
                (var number, offset) = Math.DivRem(time, state.Plan.Groups[group].Hop);
                tile = state.Groups[group].FindOrAdd(number);
            }

            var value = new EventValue(
                column.Field >= 0 ? fields.Steps(column.Field) : 0,
                column.Kind == ColumnKind.Distinct ? fields.Hash(column.Field) : 0,
                offset,
                key);
            state.Groups[group][use.Column].Add(tile, value);
        }
    }
}
