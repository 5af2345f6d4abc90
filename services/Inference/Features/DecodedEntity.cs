using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.OnlineStore;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Features;

/// <summary>The state of one entity of a view, decoded. Entities are decoded one after the other into the same memory.</summary>
internal sealed class DecodedEntity(FeatureEngine engine) : IDisposable
{
    private readonly EntityState memory = engine.Rent();
    private int decoded = -1;
    private bool isAvailable;

    /// <summary>The decoded state; null if the store has no state of the entity, or can't be read.</summary>
    internal EntityState? State { get; private set; }

    /// <summary>Decodes an answer, unless it is the one that was decoded last.</summary>
    /// <param name="index">The index of the answer.</param>
    /// <param name="answer">The answer; null if it could not be read.</param>
    internal void Decode(int index, EntityAnswer? answer)
    {
        if (index == decoded)
            return;
        decoded = index;
        isAvailable = answer is { IsFilled: true };
        State = null;
        try
        {
            State = answer?.Decode(engine, memory);
        }
        catch (FeatureStateException)
        {
            isAvailable = false;
        }
    }

    internal RecordedStatus StatusAt(Instant time)
    {
        if (!isAvailable)
            return RecordedStatus.Unavailable;
        return engine.StatusAt(State, time) switch
        {
            FeatureStatus.Present => RecordedStatus.Present,
            FeatureStatus.Expired => RecordedStatus.Expired,
            _ => RecordedStatus.Missing,
        };
    }

    public void Dispose() => engine.Return(memory);
}
