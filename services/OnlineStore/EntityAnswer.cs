using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>What the online store has of an entity. The state stays encoded, because that is much smaller, and a state that is decoded
/// just before it is used is still in the processor's cache then.</summary>
/// <param name="Encoded">The entity's state as <see cref="FeatureEngine.Decode"/> reads it; empty if the store has no state of it.</param>
/// <param name="IsFilled">Whether the view is filled. If not, no state of it is read.</param>
public readonly record struct EntityAnswer(ReadOnlyMemory<byte> Encoded, bool IsFilled)
{
    /// <summary>Decodes the state; null if the store has none.</summary>
    /// <param name="engine">The view's engine.</param>
    /// <param name="reused">A state whose memory is used again; null for a new one.</param>
    /// <exception cref="FeatureStateException">The value is damaged.</exception>
    public EntityState? Decode(FeatureEngine engine, EntityState? reused = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return Encoded.IsEmpty ? null : engine.Decode(Encoded.Span, reused);
    }
}
