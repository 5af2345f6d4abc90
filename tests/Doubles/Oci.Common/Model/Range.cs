namespace Oci.Common.Model;

/// <summary>A range of bytes in a request or response.</summary>
public class Range
{
    public long? StartByte { get; set; }

    public long? EndByte { get; set; }

    public long? ContentLength { get; set; }

    public static Range ParseRange(string rangeStr)
    {
        // bytes 0-9/100
        var parts = rangeStr.Trim().Replace("bytes", "", StringComparison.Ordinal).Split('/');
        var ends = parts[0].Trim().Split('-');
        if (parts.Length != 2 || ends.Length != 2)
            throw new ArgumentException($"Cannot convert string: {rangeStr} to Range object");
        return new Range { StartByte = Number(ends[0]), EndByte = Number(ends[1]), ContentLength = Number(parts[1]) };

        static long? Number(string text) => long.TryParse(text.Trim(), out var number) ? number : null;
    }

    public override string ToString() => (StartByte, EndByte) switch
    {
        ({ } start, { } end) => $"bytes={start}-{end}",
        ({ } start, null) => $"bytes={start}-",
        (null, { } end) => $"bytes=-{end}",
        _ => "",
    };
}
