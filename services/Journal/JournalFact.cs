using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>The fact that an event records. The journal has each fact once, whichever program reports it.</summary>
internal abstract record JournalFact
{
    /// <summary>A version was condemned in a trial. The fact is recorded if any event of the journal records it.</summary>
    internal sealed record RolledBack(ModelVersion Version, int Trial) : JournalFact;

    /// <summary>A trial began. The fact is recorded if any event of the journal records it.</summary>
    internal sealed record Reset(ModelVersion Version, int Trial) : JournalFact;

    /// <summary>A rollout became the model's, or was refused as a whole. The fact is recorded if the last rollout event records it. The
    /// kind of a served event is not part of the fact: two routers that know different histories may choose different kinds.</summary>
    internal sealed record OfRollout(string Digest, bool IsServed) : JournalFact;

    internal static JournalFact From(JournalEvent recorded) => recorded switch
    {
        RolledBackEvent e => new RolledBack(e.Version, e.Trial),
        ResetEvent e => new Reset(e.Version, e.Trial),
        RolloutEvent e => new OfRollout(e.Digest, e.IsServed),
        _ => throw new ArgumentException($"{recorded.Kind} records no fact", nameof(recorded)),
    };
}
