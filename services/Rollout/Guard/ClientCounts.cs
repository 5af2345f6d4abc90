using System.Buffers;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>The counts of one or several routers for one trial, and those of each group of clients apart. An immutable value that is
/// published as a whole; the counts of different routers add up.</summary>
/// <remarks>
/// The binary format:
/// <code>
/// version            1 byte, 2
/// requests           for each group: varint
/// all                varint: length; then the bytes of <see cref="GuardCounts"/>
/// groups             varint: number; then each, in order: 1 byte: group; varint: length; the bytes of its <see cref="GuardCounts"/>
/// </code>
/// </remarks>
public sealed class ClientCounts
{
    /// <summary>A group that sends at least this part of all requests harms only itself, so its failures alone may condemn.</summary>
    public const double NearlyAll = 0.9;

    /// <summary>The most bytes that are written and read. Usually there are some hundred.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const byte FormatVersion = 2;
    private const long MaxCount = (1L << 48) - 1;

    private readonly SortedList<int, GuardCounts> groups;
    private readonly long[] requests;

    internal ClientCounts(GuardCounts all, SortedList<int, GuardCounts> groups, long[] requests)
    {
        All = all;
        this.groups = groups;
        this.requests = requests;
    }

    public static ClientCounts Empty { get; } = new(GuardCounts.Empty, [], new long[ClientGroups.Count]);

    /// <summary>The counts of all clients.</summary>
    public GuardCounts All { get; }

    /// <summary>The groups with failures.</summary>
    internal IEnumerable<int> Groups => groups.Keys;

    public static ClientCounts Sum(IEnumerable<ClientCounts> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var all = GuardCounts.Empty;
        var groups = new SortedList<int, GuardCounts>();
        var requests = new long[ClientGroups.Count];
        foreach (var one in counts)
        {
            all = all.Add(one.All);
            foreach (var (group, failures) in one.groups)
                groups[group] = groups.TryGetValue(group, out var sum) ? sum.Add(failures) : failures;
            for (var group = 0; group < requests.Length; group++)
                requests[group] += one.requests[group];
        }

        return new(all, groups, requests);
    }

    /// <summary>Whether a group sends nearly all requests.</summary>
    internal bool IsNearlyAll(int group) => requests[group] >= NearlyAll * requests.Sum();

    /// <summary>The watched variant's failures that a group saw.</summary>
    internal long FailuresOf(int group) => groups[group].Total(GuardKind.MaxErrorRate).Watched;

    /// <summary>The counts of all clients but those of one group.</summary>
    internal GuardCounts Without(int group) => groups.TryGetValue(group, out var own) ? All.Subtract(own) : All;

    /// <summary>Writes the counts.</summary>
    /// <exception cref="InvalidOperationException">They have more than <see cref="MaxBytes"/>.</exception>
    public byte[] ToBytes()
    {
        var to = new ArrayBufferWriter<byte>(512);
        Varint.WriteByte(to, FormatVersion);
        foreach (var count in requests)
            Varint.Write(to, (ulong)Math.Min(count, MaxCount));
        Write(to, All);
        Varint.Write(to, (ulong)groups.Count);
        foreach (var (group, counts) in groups)
        {
            Varint.WriteByte(to, (byte)group);
            Write(to, counts);
        }

        return to.WrittenCount <= MaxBytes
            ? to.WrittenSpan.ToArray()
            : throw new InvalidOperationException($"the guard's counts have {to.WrittenCount} bytes; at most {MaxBytes} are written");
    }

    /// <exception cref="ContractException">The bytes were not written by <see cref="ToBytes"/>; the message says where and why.</exception>
    public static ClientCounts Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new ContractException($"the guard's counts have {bytes.Length} bytes; at most {MaxBytes} are read");
        var from = new Varint.Reader(bytes);
        if (from.Byte("version") is var version and not FormatVersion)
            throw new ContractException($"the guard's counts have version {version}; this program reads version {FormatVersion}");
        var requests = new long[ClientGroups.Count];
        for (var group = 0; group < requests.Length; group++)
            requests[group] = from.Number($"requests of group {group}", MaxCount);
        var all = GuardCounts.Parse(ReadBytes(ref from, "all"));
        var count = (int)from.Number("number of groups", ClientGroups.Count);
        var groups = new SortedList<int, GuardCounts>(count);
        var previous = -1;
        for (var i = 0; i < count; i++)
        {
            var group = from.Byte($"group {i}");
            if (group >= ClientGroups.Count || group <= previous)
                throw from.Fault($"group {i} is {group}; groups are from 0 to {ClientGroups.Count - 1}, in order");
            groups.Add(group, GuardCounts.Parse(ReadBytes(ref from, $"group {i}")));
            previous = group;
        }

        return from.IsAtEnd ? new(all, groups, requests) : throw from.Fault("there are bytes after the last group");
    }

    private static void Write(ArrayBufferWriter<byte> to, GuardCounts counts)
    {
        var bytes = counts.ToBytes();
        Varint.Write(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static ReadOnlySpan<byte> ReadBytes(ref Varint.Reader from, string place) =>
        from.Bytes(place, (int)from.Number($"{place}: length", GuardCounts.MaxBytes));
}
