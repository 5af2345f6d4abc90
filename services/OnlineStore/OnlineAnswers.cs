using ModelServing.Cache.Features;

namespace ModelServing.OnlineStore;

/// <summary>What the online store has of entities. The states are valid until this is disposed.</summary>
public sealed class OnlineAnswers : IDisposable
{
    private readonly LeasedValues values;

    internal OnlineAnswers(EntityAnswer[] entities, LeasedValues values)
    {
        Entities = entities;
        this.values = values;
    }

    /// <summary>The answers, in the order of the queries.</summary>
    public IReadOnlyList<EntityAnswer> Entities { get; }

    public void Dispose() => values.Dispose();
}
