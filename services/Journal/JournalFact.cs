using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>What an event says that is to be said once, whoever says it: two events with the same fact are one.</summary>
internal abstract record JournalFact
{
    /// <summary>A version was condemned in a trial. It stands if it stands anywhere in the journal.</summary>
    internal sealed record RolledBack(ModelVersion Version, int Trial) : JournalFact;

    /// <summary>A trial began. It stands if it stands anywhere in the journal.</summary>
    internal sealed record Reset(ModelVersion Version, int Trial) : JournalFact;

    /// <summary>A rollout is the model's, or is refused as a whole. It stands if the last event of a rollout says it. Which of the served
    /// kinds said so is no part of it: two routers that know different pasts may name it differently.</summary>
    internal sealed record OfRollout(string Digest, bool IsServed) : JournalFact;

    /// <summary>The fact of an event.</summary>
    internal static JournalFact From(JournalEvent of) => of switch
    {
        RolledBackEvent e => new RolledBack(e.Version, e.Trial),
        ResetEvent e => new Reset(e.Version, e.Trial),
        RolloutEvent e => new OfRollout(e.Digest, e.IsServed),
        _ => throw new ArgumentException($"{of.Kind} has no fact", nameof(of)),
    };
}
