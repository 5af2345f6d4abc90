using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>The blocks of the last good plan; none if it was not compressed. Of the next plan, only blocks that differ from them are
/// decompressed.</summary>
internal sealed class KnownBlocks
{
    private byte[] bytes = [];
    private int length;
    private IReadOnlyList<PlanBlock> blocks = [];

    // The text that was decompressed last.
    private byte[] buffer = [];

    /// <summary>Finds the part of the next plan's text that differs.</summary>
    /// <param name="next">The compressed plan.</param>
    /// <param name="own">Its blocks; none if it is gzip of another kind.</param>
    /// <returns>The number of equal bytes at the start of the text, and at its end; and what is between them, which is valid until the next
    /// call.</returns>
    /// <exception cref="ContractException">It is damaged or too large.</exception>
    internal (int Start, int End, ReadOnlyMemory<byte> Middle) Differing(ReadOnlySpan<byte> next, IReadOnlyList<PlanBlock> own)
    {
        var equal = bytes.AsSpan(0, length).CommonPrefixLength(next);
        var (first, last) = (0, 0);
        while (first < Math.Min(blocks.Count, own.Count) && blocks[first].End <= equal)
            first++;
        while (first + last < Math.Min(blocks.Count, own.Count) && IsEqual(blocks[^(last + 1)], next, own[^(last + 1)]))
            last++;

        var (start, end) = (TextLength(own.Take(first)), TextLength(own.TakeLast(last)));
        if (first > 0)
            next = next[own[first - 1].End..];
        if (last > 0)
            next = next[..^(own[^1].End - own[^last].Start)];
        var count = next.IsEmpty ? 0 : PlanBlocks.Decompress(next, ref buffer, PlanDocument.MaxBytes - start - end);
        return (start, end, buffer.AsMemory(0, count));
    }

    /// <summary>Takes over the blocks of a plan that turned out to be good.</summary>
    internal void Become(ReadOnlySpan<byte> next, IReadOnlyList<PlanBlock> own)
    {
        if (bytes.Length < next.Length)
            bytes = new byte[next.Length + (next.Length / 8)];
        next.CopyTo(bytes);
        (length, blocks) = (next.Length, own);
    }

    /// <summary>The last good plan is not compressed.</summary>
    internal void Forget() => (length, blocks) = (0, []);

    private static int TextLength(IEnumerable<PlanBlock> some) => some.Sum(static block => block.TextLength);

    private bool IsEqual(PlanBlock block, ReadOnlySpan<byte> next, PlanBlock other) =>
        bytes.AsSpan(block.Start, block.Length).SequenceEqual(next.Slice(other.Start, other.Length));
}
