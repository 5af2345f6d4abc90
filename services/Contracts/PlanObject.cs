using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>The plan as its ConfigMap holds it: as text, so that people and diffs can read it, and compressed once the text does not fit. A
/// ConfigMap has one of the two.</summary>
/// <param name="Text">The value of <see cref="ClusterNames.PlanKey"/>; null if the plan is compressed.</param>
/// <param name="Compressed">The value of <see cref="ClusterNames.CompressedPlanKey"/>, by gzip; null if the plan is a text.</param>
public sealed record PlanObject(string? Text, byte[]? Compressed)
{
    /// <summary>The most bytes that the values of a ConfigMap may have together. The API server refuses more.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The number of bytes of the value.</summary>
    public int Length => Compressed?.Length ?? Encoding.UTF8.GetByteCount(Text ?? "");

    /// <summary>Makes the object of a plan. It may still be too large: see <see cref="Length"/>.</summary>
    public static PlanObject From(PlanDocument plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var utf8 = plan.ToUtf8();
        if (utf8.Length <= MaxBytes)
            return new PlanObject(Encoding.UTF8.GetString(utf8), null);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(utf8);
        return new PlanObject(null, compressed.ToArray());
    }

    /// <summary>Returns the plan's bytes.</summary>
    /// <exception cref="ContractException">The ConfigMap has neither value or both, or the compressed one is damaged or too large.
    /// </exception>
    public byte[] ToUtf8()
    {
        if (Text is not null && Compressed is not null)
        {
            throw new ContractException(
                $"it has the keys {ClusterNames.PlanKey} and {ClusterNames.CompressedPlanKey}, so it is unclear which one is the plan");
        }

        if (Compressed is null)
            return Encoding.UTF8.GetBytes(Text ?? throw new ContractException($"it has no key {ClusterNames.PlanKey}"));
        using var gzip = new GZipStream(new MemoryStream(Compressed), CompressionMode.Decompress);
        // gzip ends with the length of the text, which may be wrong. With it, the text is seldom copied into a larger buffer.
        var expected = Compressed.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(Compressed.AsSpan()[^4..]);
        using var utf8 = new MemoryStream((int)Math.Min(expected, PlanDocument.MaxBytes));
        var buffer = new byte[64 * 1024];
        try
        {
            // A small object may decompress to a very large one.
            while (utf8.Length <= PlanDocument.MaxBytes && gzip.Read(buffer) is var count and > 0)
                utf8.Write(buffer, 0, count);
        }
        catch (InvalidDataException e)
        {
            throw new ContractException($"its key {ClusterNames.CompressedPlanKey} can't be decompressed: {e.Message}", e);
        }

        return utf8.Length <= PlanDocument.MaxBytes
            ? utf8.Length == utf8.Capacity ? utf8.GetBuffer() : utf8.ToArray()
            : throw new ContractException(
                $"its key {ClusterNames.CompressedPlanKey} decompresses to more than the {PlanDocument.MaxBytes} bytes that are read");
    }
}
