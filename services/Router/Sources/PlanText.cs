namespace ModelServing.Router.Sources;

/// <summary>A plan's bytes, to compare the next ones with. Only bytes that differ are copied.</summary>
internal sealed class PlanText
{
    private const int Block = 4096;

    private byte[] bytes = [];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    /// <summary>Finds the part that differs from another text: the number of equal bytes at the start, and at the end.</summary>
    internal (int Start, int End) EqualTo(ReadOnlySpan<byte> next)
    {
        var start = Span.CommonPrefixLength(next);
        var one = Span[start..];
        var other = next[start..];
        var shorter = Math.Min(one.Length, other.Length);
        var end = 0;
        while (end + Block <= shorter && one[^(end + Block)..^end].SequenceEqual(other[^(end + Block)..^end]))
            end += Block;
        while (end < shorter && one[^(end + 1)] == other[^(end + 1)])
            end++;
        return (start, end);
    }

    /// <summary>Takes over another text, with which this one has <paramref name="start"/> bytes at the start and <paramref name="end"/>
    /// bytes at the end in common.</summary>
    internal void Become(ReadOnlySpan<byte> next, int start, int end)
    {
        var tail = Span[(Length - end)..];
        if (bytes.Length < next.Length)
        {
            // Plans that grow by one model after another must not take a new buffer each time.
            var larger = new byte[next.Length + (next.Length / 8)];
            Span[..start].CopyTo(larger);
            tail.CopyTo(larger.AsSpan(next.Length - end));
            bytes = larger;
        }
        else if (next.Length != Length)
        {
            tail.CopyTo(bytes.AsSpan(next.Length - end));
        }

        next[start..^end].CopyTo(bytes.AsSpan(start));
        Length = next.Length;
    }
}
