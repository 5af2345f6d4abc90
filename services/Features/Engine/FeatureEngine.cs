using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>Computes one version of a view: applies events to the states of entities, and reads features from states. It is pure and
/// deterministic, and may be used by many threads, each with states of its own.</summary>
public sealed class FeatureEngine
{
    /// <summary>The version of the engine. A change that gives any state or value other bits must raise it.</summary>
    public const int Version = 1;

    /// <exception cref="ContractException">The definition breaks a rule; the message says which.</exception>
    public FeatureEngine(ViewDefinition definition)
    {
        Definition = definition;
        Digest = definition.Digest;
    }

    public ViewDefinition Definition { get; }

    /// <summary>The digest of the definition.</summary>
    public string Digest { get; }

    /// <summary>The features, in the order of the values.</summary>
    public IReadOnlyList<FeatureOutput> Outputs => throw new NotImplementedException();

    /// <summary>The most bytes of an encoded state.</summary>
    public int MaxStateBytes => throw new NotImplementedException();

    /// <summary>Finds the entity of an event; false if the view does not use its source, or if it does not have all keys in their
    /// types.</summary>
    public bool TryFindEntity(FeatureEvent featureEvent, out EntityKey entity) => throw new NotImplementedException();

    /// <summary>Checks an event for this view; null if it is good or not of one of its sources.</summary>
    /// <returns>What is wrong, with the field, and what would be right.</returns>
    public string? FindFault(FeatureEvent featureEvent) => throw new NotImplementedException();

    /// <summary>A state without events.</summary>
    public EntityState CreateState() => throw new NotImplementedException();

    /// <summary>Decodes a state.</summary>
    /// <param name="bytes">The encoded state.</param>
    /// <param name="reused">A state of this engine whose memory is used again; null for a new one.</param>
    /// <exception cref="FeatureStateException">The bytes are not a state of this view.</exception>
    public EntityState Decode(ReadOnlySpan<byte> bytes, EntityState? reused = null) => throw new NotImplementedException();

    /// <summary>Encodes a state. Equal states have equal bytes.</summary>
    public void Encode(EntityState state, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Encodes a state. Equal states have equal bytes.</summary>
    public byte[] Encode(EntityState state) => throw new NotImplementedException();

    /// <summary>Applies an event of this entity. Events that come in any order within the lateness give the same state.</summary>
    /// <param name="state">The entity's state, which is changed if the result is <see cref="ApplyOutcome.Applied"/>.</param>
    /// <param name="featureEvent">The event.</param>
    /// <param name="sequence">Its position in the event log, from 1. Positions of one entity only grow.</param>
    public ApplyOutcome Apply(EntityState state, FeatureEvent featureEvent, long sequence) => throw new NotImplementedException();

    /// <summary>Reads the features at a time.</summary>
    /// <param name="state">The entity's state; null if there is none.</param>
    /// <param name="time">The time of reading.</param>
    /// <param name="request">The request's values in the order of <see cref="ViewDefinition.Request"/>; not a number for a missing one.
    /// Empty if there are none.</param>
    /// <param name="values">Receives the values in the order of <see cref="Outputs"/>.</param>
    public void Finalise(EntityState? state, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values) =>
        throw new NotImplementedException();
}
