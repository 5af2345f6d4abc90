using System.Buffers;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>The plan as its ConfigMap holds it: as text, so that people and diffs can read it, and compressed once the text does not fit. A
/// ConfigMap has one of the two.</summary>
/// <param name="Text">The value of <see cref="ClusterNames.PlanKey"/>; null if the plan is compressed.</param>
/// <param name="Compressed">The value of <see cref="ClusterNames.CompressedPlanKey"/>, of <see cref="PlanBlocks"/>; null if the plan is a
/// text.</param>
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
        return utf8.Length <= MaxBytes
            ? new PlanObject(Encoding.UTF8.GetString(utf8), null)
            : new PlanObject(null, PlanBlocks.Compress(utf8));
    }

    /// <summary>Writes the value's bytes, compressed or not.</summary>
    /// <exception cref="ContractException">The ConfigMap has neither value or both.</exception>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Text is not null && Compressed is not null)
        {
            throw new ContractException(
                $"it has the keys {ClusterNames.PlanKey} and {ClusterNames.CompressedPlanKey}, so it is unclear which one is the plan");
        }

        if (Compressed is not null)
            writer.Write(Compressed);
        else
            Encoding.UTF8.GetBytes(Text ?? throw new ContractException($"it has no key {ClusterNames.PlanKey}"), writer);
    }

    /// <summary>Returns the value's bytes, compressed or not.</summary>
    /// <exception cref="ContractException">The ConfigMap has neither value or both.</exception>
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        WriteTo(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Returns the plan's text.</summary>
    /// <exception cref="ContractException">The ConfigMap has neither value or both, or the compressed one is damaged or too large.
    /// </exception>
    public byte[] ToUtf8()
    {
        var bytes = ToBytes();
        if (Compressed is null)
            return bytes;
        byte[] text = [];
        var length = PlanBlocks.Decompress(bytes, ref text);
        return text[..length];
    }
}
