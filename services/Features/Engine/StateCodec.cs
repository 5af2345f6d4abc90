using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>
/// The binary form of a state:
/// <code>
/// 1 byte      the format, 1
/// 8 bytes     the first bytes of the definition's digest
/// number      the sequence
/// number      the newest event's time + 1; 0 if there are no events, and then nothing follows
/// tail        see <see cref="EventTail"/>
/// groups      for each length of tiles: the number of tiles; for each tile its distance from the one before, and its columns
/// </code>
/// </summary>
internal static class StateCodec
{
    internal const int DigestBytes = 8;

    /// <summary>The most bytes before the tail.</summary>
    internal const int HeaderBytes = 1 + DigestBytes + 2 * StateWriter.MaxVarint;

    private const byte Format = 1;

    internal static int Write(EntityState state, ReadOnlySpan<byte> digest, Span<byte> destination)
    {
        var writer = new StateWriter(destination);
        writer.WriteByte(Format);
        writer.WriteBytes(digest);
        writer.WriteVarint((ulong)state.Sequence);
        writer.WriteVarint((ulong)(state.Newest + 1));
        if (state.Newest < 0)
            return writer.Length;
        state.Tail.Write(state.Newest, ref writer);
        foreach (var group in state.Groups)
            group.Write(ref writer);
        return writer.Length;
    }

    /// <exception cref="FeatureStateException">The bytes are not a state of this view.</exception>
    internal static void Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> digest, EntityState state)
    {
        var reader = new StateReader(bytes);
        var plan = state.Plan;
        (state.Sequence, state.Newest) = ReadHead(digest, ref reader);
        if (state.Newest < 0)
        {
            // The memory may be that of another state.
            state.Tail.Prune(long.MaxValue);
            foreach (var group in state.Groups)
                group.Prune(long.MaxValue);
        }
        else
        {
            state.Tail.Read(state.Newest - plan.Lateness, state.Newest, ref reader);
            for (var i = 0; i < state.Groups.Length; i++)
            {
                var group = plan.Groups[i];
                state.Groups[i].Read(
                    group.FirstNeeded(state.Newest - plan.ReadReach), FramePlan.Floor(state.Newest, group.Hop), ref reader);
            }
        }

        RequireEnd(reader);
    }

    /// <summary>Reads what comes before the tail.</summary>
    internal static (long Sequence, long Newest) ReadHead(ReadOnlySpan<byte> digest, ref StateReader reader)
    {
        if (reader.ReadByte() is var format and not Format)
            throw new FeatureStateException($"the state has format {format}; this program reads format {Format}");
        if (!reader.ReadBytes(DigestBytes).SequenceEqual(digest))
            throw new FeatureStateException("the state belongs to another definition of the view, or to another version of the engine");
        return (reader.ReadCount(long.MaxValue), reader.ReadCount(Instant.MaxMicroseconds + 1) - 1);
    }

    internal static void RequireEnd(in StateReader reader)
    {
        if (reader.Remaining > 0)
            throw StateReader.Damaged("bytes follow its end");
    }
}
