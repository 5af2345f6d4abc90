using System.Buffers;
using System.Buffers.Binary;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Rollout.Splitting;

/// <summary>What one router knows about rollouts, as it publishes it for the functions that split traffic.</summary>
/// <remarks>
/// The binary format; numbers are little-endian:
/// <code>
/// version     1 byte, 1
/// time        8 bytes: Unix time in milliseconds
/// plan since  8 bytes, likewise
/// plan        4 bytes: length; the plan document
/// states      4 bytes: length; the journal's snapshot
/// decided     4 bytes: number; for each event 4 bytes: length; the event
/// </code>
/// </remarks>
public sealed record PublishedRollouts
{
    /// <summary>The most bytes that are written and read.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const byte FormatVersion = 1;
    private const int MaxDecided = 10_000;

    /// <summary>When the router published it, by the router's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Since when the router has this plan.</summary>
    public required DateTimeOffset PlanSince { get; init; }

    public required PlanDocument Plan { get; init; }

    /// <summary>The states of the models in the journal. A model that is missing was never read.</summary>
    public required IReadOnlyDictionary<ModelName, JournalState> States { get; init; }

    /// <summary>The rollbacks that the router decided and that are not in the journal yet.</summary>
    public required IReadOnlyList<RolledBackEvent> Decided { get; init; }

    /// <summary>Writes the document.</summary>
    /// <exception cref="InvalidOperationException">It has more than <see cref="MaxBytes"/>.</exception>
    public byte[] ToBytes()
    {
        var to = new ArrayBufferWriter<byte>(4096);
        to.Write([FormatVersion]);
        WriteInt64(to, Time.ToUnixTimeMilliseconds());
        WriteInt64(to, PlanSince.ToUnixTimeMilliseconds());
        WritePart(to, Plan.ToUtf8());
        WritePart(to, JournalSnapshot.ToUtf8(States.Values));
        WriteInt32(to, Decided.Count);
        // A decision has no number before it is in the journal, but an event without one is not valid. Readers give it the next one.
        foreach (var decision in Decided)
            WritePart(to, (decision with { Seq = 1 }).ToUtf8());
        return to.WrittenCount <= MaxBytes
            ? to.WrittenSpan.ToArray()
            : throw new InvalidOperationException($"the published rollouts have {to.WrittenCount} bytes; at most {MaxBytes} are written");
    }

    /// <summary>When a router published the bytes; null if they have another form. They may be another program version's.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length > sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]) is >= 0 and var milliseconds
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <exception cref="ContractException">The bytes were not written by <see cref="ToBytes"/>; the message says why.</exception>
    public static PublishedRollouts Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new ContractException($"the published rollouts have {bytes.Length} bytes; at most {MaxBytes} are read");
        if (bytes is not [FormatVersion, ..])
        {
            throw new ContractException(bytes.IsEmpty
                ? "the published rollouts are empty"
                : $"the published rollouts have version {bytes[0]}; this program reads version {FormatVersion}");
        }

        var rest = bytes[1..];
        var time = ReadTime(ref rest);
        var since = ReadTime(ref rest);
        var plan = PlanDocument.Parse(ReadPart(ref rest));
        var states = JournalSnapshot.Parse(ReadPart(ref rest));
        var count = ReadInt32(ref rest);
        if (count is < 0 or > MaxDecided)
            throw new ContractException($"the published rollouts have {count} decisions; at most {MaxDecided} are read");
        var decided = new List<RolledBackEvent>();
        for (var i = 0; i < count; i++)
        {
            decided.Add(JournalEvent.Parse(ReadPart(ref rest)) as RolledBackEvent
                ?? throw new ContractException("a decision of the published rollouts is not a rollback"));
        }

        return rest.IsEmpty
            ? new PublishedRollouts { Time = time, PlanSince = since, Plan = plan, States = states, Decided = decided }
            : throw new ContractException("bytes follow the end of the published rollouts");
    }

    private static void WritePart(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> part)
    {
        WriteInt32(to, part.Length);
        to.Write(part);
    }

    private static void WriteInt32(ArrayBufferWriter<byte> to, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), value);
        to.Advance(sizeof(int));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(sizeof(long)), value);
        to.Advance(sizeof(long));
    }

    private static DateTimeOffset ReadTime(ref ReadOnlySpan<byte> rest)
    {
        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, sizeof(long)));
        return milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new ContractException("a time of the published rollouts is out of range");
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, sizeof(int)));

    private static ReadOnlySpan<byte> ReadPart(ref ReadOnlySpan<byte> rest) => Take(ref rest, ReadInt32(ref rest));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count < 0 || count > rest.Length)
            throw new ContractException("the published rollouts end too early");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
