using System.Buffers;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Engine.Scan;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>Computes one version of a view: applies events to the states of entities, and reads features from states. It is pure and
/// deterministic, and may be used by many threads, each with states of its own.</summary>
public sealed class FeatureEngine
{
    /// <summary>The version of the engine. A change that gives any value other bits must raise it; the form of a state has a number of its
    /// own.</summary>
    public const int Version = 1;

    private readonly EnginePlan plan;
    private readonly byte[] digest;
    private readonly ScanMemory?[] spare = new ScanMemory?[Environment.ProcessorCount];

    /// <exception cref="ContractException">The definition breaks a rule; the message says which.</exception>
    public FeatureEngine(ViewDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (ViewRules.Check(definition) is [var fault, ..])
            throw new ContractException($"the view {definition.Id}: {fault}");
        Definition = definition;
        Digest = definition.Digest;
        digest = Convert.FromHexString(Digest.AsSpan(Digest.IndexOf(':') + 1, StateCodec.DigestBytes * 2));
        plan = new EnginePlan(definition);
        MaxStateBytes = (int)plan.MaxStateBytes;
        Outputs =
        [
            .. definition.Features.Zip(plan.Outputs, static (feature, output) => new FeatureOutput(feature.Name, output.Missing.Type)),
        ];
    }

    public ViewDefinition Definition { get; }

    /// <summary>The digest of the definition.</summary>
    public string Digest { get; }

    /// <summary>The features, in the order of the values.</summary>
    public IReadOnlyList<FeatureOutput> Outputs { get; }

    /// <summary>The most bytes of an encoded state.</summary>
    public int MaxStateBytes { get; }

    /// <summary>Finds the entity of an event; false if the view does not use its source, or if it does not have all keys in their
    /// types.</summary>
    public bool TryFindEntity(FeatureEvent featureEvent, out EntityKey entity)
    {
        ArgumentNullException.ThrowIfNull(featureEvent);
        entity = default;
        if (plan.FindSource(featureEvent.Source) is null)
            return false;
        var text = new StringBuilder();
        foreach (var key in Definition.Entity)
        {
            if (text.Length > 0)
                text.Append(',');
            if (featureEvent[key.Name] is var value && (value.Kind != key.Type.Kind || !EntityKey.TryAppend(text, value)))
                return false;
        }

        entity = new EntityKey(text.ToString());
        return true;
    }

    /// <summary>Checks an event for this view; null if it is good or not of one of its sources.</summary>
    /// <returns>What is wrong, with the field, and what would be right.</returns>
    public string? FindFault(FeatureEvent featureEvent)
    {
        ArgumentNullException.ThrowIfNull(featureEvent);
        if (plan.FindSource(featureEvent.Source) is not { } source)
            return null;
        if (source.Read(featureEvent, new FieldValues()) is { } field)
        {
            return $"{field.Name} is {featureEvent[field.Name]}, which is not of the type {field.Type} that the view {Definition.Id} " +
                "declares";
        }

        return TryFindEntity(featureEvent, out _) ? null : $"the event does not have the entity keys of the view {Definition.Id}: " +
            string.Join(", ", Definition.Entity.Select(static key => $"{key.Name} ({key.Type})"));
    }

    /// <summary>A state without events.</summary>
    public EntityState CreateState() => new(plan);

    /// <summary>Decodes a state.</summary>
    /// <param name="bytes">The encoded state.</param>
    /// <param name="reused">A state of this engine whose memory is used again, and which has no meaning if this call fails; null for a new
    /// one.</param>
    /// <exception cref="FeatureStateException">The bytes are not a state of this view.</exception>
    public EntityState Decode(ReadOnlySpan<byte> bytes, EntityState? reused = null)
    {
        RequireLength(bytes);
        var state = reused ?? CreateState();
        RequireOwn(state);
        StateCodec.Read(bytes, digest, state);
        return state;
    }

    /// <summary>Encodes a state. Equal states have equal bytes.</summary>
    public void Encode(EntityState state, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(destination);
        RequireOwn(state);
        destination.Advance(StateCodec.Write(state, digest, destination.GetSpan(MaxStateBytes)));
    }

    /// <summary>Encodes a state. Equal states have equal bytes.</summary>
    public byte[] Encode(EntityState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        RequireOwn(state);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxStateBytes);
        try
        {
            return buffer.AsSpan(0, StateCodec.Write(state, digest, buffer)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Applies an event of this entity. Events that come in any order within the lateness give the same state, except for its
    /// sequence.</summary>
    /// <param name="state">The entity's state, which is changed only if the result is <see cref="ApplyOutcome.Applied"/>.</param>
    /// <param name="sequence">Its position in the event log, from 1. Positions of one entity only grow.</param>
    public ApplyOutcome Apply(EntityState state, FeatureEvent featureEvent, long sequence)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(featureEvent);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        RequireOwn(state);
        return EventApplier.Apply(state, featureEvent, sequence);
    }

    /// <summary>Reads the features at a time. At an equal time, equal states give equal bits.</summary>
    /// <param name="state">The entity's state; null if the entity has no events.</param>
    /// <param name="time">The time of reading. More than the lateness and a minute before the newest event, all windows are missing,
    /// because their tiles may have been removed.</param>
    /// <param name="request">The request's values in the order of <see cref="ViewDefinition.Request"/>; not a number for a missing one.
    /// Empty if the request brings no values.</param>
    /// <param name="values">Receives the values in the order of <see cref="Outputs"/>.</param>
    public void Finalise(EntityState? state, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        RequireLengths(request, values);
        if (state is not null)
            RequireOwn(state);
        FeatureReader.Read(plan, state, time, request, values);
    }

    /// <summary>Reads the features of an encoded state at a time, in one pass over its bytes. The values have the bits that
    /// <see cref="Finalise"/> gives after <see cref="Decode"/>.</summary>
    /// <param name="encoded">The encoded state; empty if the entity has no events.</param>
    /// <param name="time">As for <see cref="Finalise"/>, like the parameters after it.</param>
    /// <exception cref="FeatureStateException">The bytes are not a state of this view. The values have no meaning then.</exception>
    public StateHead Read(ReadOnlySpan<byte> encoded, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        RequireLengths(request, values);
        if (encoded.IsEmpty)
        {
            FeatureReader.Read(plan, null, time, request, values);
            return new StateHead(0, FeatureStatus.Missing);
        }

        RequireLength(encoded);
        var memory = Interlocked.Exchange(ref Spare, null) ?? new ScanMemory(plan);
        try
        {
            var head = StateScan.Read(plan, encoded, digest, time, memory);
            FeatureReader.Read(plan, head.Status, memory, time, request, values);
            return head;
        }
        catch (FeatureStateException)
        {
            // Decoding names the first fault.
            var state = Decode(encoded);
            Finalise(state, time, request, values);
            return new StateHead(state.Sequence, StatusAt(state, time));
        }
        finally
        {
            memory.Clear();
            Volatile.Write(ref Spare, memory);
        }
    }

    /// <summary>What a reader at a time learns about an entity as a whole.</summary>
    public FeatureStatus StatusAt(EntityState? state, Instant time) =>
        OutputValues.StatusAt(plan, state?.Newest ?? -1, time.Microseconds);

    // Of this processor, so that threads do not wait for each other.
    private ref ScanMemory? Spare => ref spare[Thread.GetCurrentProcessorId() % spare.Length];

    private void RequireLength(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > MaxStateBytes)
        {
            throw new FeatureStateException(
                $"the state has {encoded.Length} bytes; the limit of the view {Definition.Id} is {MaxStateBytes}");
        }
    }

    private void RequireLengths(ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Outputs.Count);
        if (!request.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfNotEqual(request.Length, Definition.Request.Count);
    }

    private void RequireOwn(EntityState state)
    {
        if (state.Plan != plan)
            throw new ArgumentException("the state belongs to another engine", nameof(state));
    }
}
