namespace ModelServing.Router.Sources;

/// <summary>A plan's bytes, to compare the next ones with. Only bytes that differ are copied.</summary>
internal sealed class PlanText
{
    private const int Block = 4096;

    private byte[] bytes = [];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    /// <summary>Finds the part that differs from another text, of which <paramref name="start"/> bytes at the start and
    /// <paramref name="end"/> bytes at the end are known to be equal.</summary>
    /// <param name="middle">The rest of the other text.</param>
    /// <param name="start">The number of equal bytes at the start.</param>
    /// <param name="end">The number of equal bytes at the end.</param>
    /// <returns>The number of equal bytes of <paramref name="middle"/> at its start, and at its end.</returns>
    internal (int Start, int End) EqualTo(ReadOnlySpan<byte> middle, int start, int end)
    {
        var own = Span[start..^end];
        var first = own.CommonPrefixLength(middle);
        own = own[first..];
        var other = middle[first..];
        var shorter = Math.Min(own.Length, other.Length);
        var last = 0;
        while (last + Block <= shorter && own[^(last + Block)..^last].SequenceEqual(other[^(last + Block)..^last]))
            last += Block;
        while (last < shorter && own[^(last + 1)] == other[^(last + 1)])
            last++;
        return (first, last);
    }

    /// <summary>Returns another text, which has <paramref name="start"/> bytes at the start and <paramref name="end"/> bytes at the end in
    /// common with this one.</summary>
    internal byte[] With(ReadOnlySpan<byte> middle, int start, int end) => [.. Span[..start], .. middle, .. Span[(Length - end)..]];

    /// <summary>Takes over another text, which has <paramref name="start"/> bytes at the start and <paramref name="end"/> bytes at the end
    /// in common with this one.</summary>
    internal void Become(ReadOnlySpan<byte> middle, int start, int end)
    {
        var tail = Span[(Length - end)..];
        var length = start + middle.Length + end;
        if (bytes.Length < length)
        {
            // Plans that grow by one model after another must not take a new buffer each time.
            var larger = new byte[length + (length / 8)];
            Span[..start].CopyTo(larger);
            tail.CopyTo(larger.AsSpan(length - end));
            bytes = larger;
        }
        else if (length != Length)
        {
            tail.CopyTo(bytes.AsSpan(length - end));
        }

        middle.CopyTo(bytes.AsSpan(start));
        Length = length;
    }
}
