using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Predictions.Records;

namespace ModelServing.Bench.Soak.Features;

/// <summary>Computes the features of a view again, from the event log alone.</summary>
internal sealed class OfflineReplay(FeatureEngine engine)
{
    private readonly Dictionary<EntityKey, List<LoggedEvent>> events = [];
    private readonly Dictionary<EntityKey, List<long>> applied = [];

    /// <summary>How many events of the replayed entities had each outcome.</summary>
    internal Dictionary<ApplyOutcome, int> Outcomes { get; } = [];

    internal void Add(LoggedEvent logged)
    {
        if (!engine.TryFindEntity(logged.Event, out var entity))
            return;
        if (!events.TryGetValue(entity, out var own))
            events.Add(entity, own = []);
        own.Add(logged);
    }

    /// <summary>Replays the log of each entity to the sequences that were read, and returns the features at each.</summary>
    /// <exception cref="BenchException">A sequence or a status can't have been read.</exception>
    internal IEnumerable<(ViewRead Read, FeatureValue[] Values)> Replay(IEnumerable<ViewRead> reads)
    {
        foreach (var ofEntity in reads.GroupBy(static read => read.Entity))
        {
            var own = events.GetValueOrDefault(ofEntity.Key, []);
            if (!applied.TryGetValue(ofEntity.Key, out var changing))
                applied.Add(ofEntity.Key, changing = ApplyAll(own));
            var (state, next) = (engine.CreateState(), 0);
            foreach (var read in ofEntity.OrderBy(static read => read.Sequence))
            {
                for (; next < own.Count && own[next].Sequence <= read.Sequence; next++)
                    engine.Apply(state, own[next].Event, own[next].Sequence);
                var known = read.Sequence == 0 ? null : state;
                Check(read, known, changing);
                var values = new FeatureValue[engine.Outputs.Count];
                engine.Finalise(known, read.Time, read.Request, values);
                yield return (read, values);
            }
        }
    }

    // The sequences of the events that change the entity's state.
    private List<long> ApplyAll(List<LoggedEvent> own)
    {
        var changing = new List<long>();
        var state = engine.CreateState();
        foreach (var (sequence, one) in own)
        {
            var outcome = engine.Apply(state, one, sequence);
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
            if (outcome == ApplyOutcome.Applied)
                changing.Add(sequence);
        }

        return changing;
    }

    private void Check(ViewRead read, EntityState? state, List<long> changing)
    {
        if (state is not null && state.Sequence != read.Sequence)
            throw Wrong(read, $"the log has no event of it there; the last one before is {state.Sequence}");
        if (read.Status == RecordedStatus.Unavailable)
        {
            if (state is not null)
                throw Wrong(read, "it was not available, and has a state");
            return;
        }

        var least = changing.LastOrDefault(sequence => sequence <= read.AppliedBefore);
        if (read.Sequence < least)
            throw Wrong(read, $"its event {least} had been applied before");
        if (read.Status is { } recorded && engine.StatusAt(state, read.Time).ToString() is var status && status != recorded.ToString())
            throw Wrong(read, $"its status is {status}");
    }

    private BenchException Wrong(ViewRead read, string why) => new(
        $"{engine.Definition.Id}, entity {read.Entity}: served {read.Status} at the sequence {read.Sequence}, but {why}");
}
