using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>
/// The binary form of a state:
/// <code>
/// 1 byte      the format, 2
/// 8 bytes     the first bytes of the definition's digest
/// number      the sequence
/// number      the newest event's time + 1; 0 if there are no events, and then nothing follows
/// tail        see <see cref="EventTail"/>
/// groups      for each length of tiles: the number of tiles; for each tile its distance from the one before, and its columns
/// </code>
/// Format 1 is read too. It writes the tiles to which no event can be added any more as it writes the others.
/// </summary>
internal static class StateCodec
{
    internal const int DigestBytes = 8;

    /// <summary>The most bytes before the tail.</summary>
    internal const int HeaderBytes = 1 + DigestBytes + 2 * StateWriter.MaxVarint;

    private const byte Format = 2;
    private const byte FormatBefore = 1;

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
        for (var i = 0; i < state.Groups.Length; i++)
            state.Groups[i].Write(state.Plan.Groups[i].TileAt(state.Newest - state.Plan.Lateness), ref writer);
        return writer.Length;
    }

    /// <exception cref="FeatureStateException">The bytes are not a state of this view.</exception>
    internal static void Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> digest, EntityState state)
    {
        var reader = new StateReader(bytes);
        var plan = state.Plan;
        (state.Sequence, state.Newest, var openFrom) = ReadHead(plan, digest, ref reader);
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
                    (group.FirstNeeded(state.Newest - plan.ReadReach), group.TileAt(state.Newest)), group.TileAt(openFrom), ref reader);
            }
        }

        RequireEnd(reader);
    }

    /// <summary>Reads what comes before the tail.</summary>
    /// <returns>The sequence, the time of the newest event or -1, and the time before which tiles are closed.</returns>
    internal static (long Sequence, long Newest, long OpenFrom) ReadHead(
        EnginePlan plan, ReadOnlySpan<byte> digest, ref StateReader reader)
    {
        var format = reader.ReadByte();
        if (format is not (Format or FormatBefore))
            throw new FeatureStateException($"the state has format {format}; this program reads formats {FormatBefore} and {Format}");
        if (!reader.ReadBytes(DigestBytes).SequenceEqual(digest))
            throw new FeatureStateException("the state belongs to another definition of the view, or to another version of the engine");
        var sequence = reader.ReadCount(long.MaxValue);
        var newest = reader.ReadCount(Instant.MaxMicroseconds + 1) - 1;
        return (sequence, newest, format == FormatBefore ? 0 : newest - plan.Lateness);
    }

    internal static void RequireEnd(in StateReader reader)
    {
        if (reader.Remaining > 0)
            throw StateReader.Damaged("bytes follow its end");
    }
}
