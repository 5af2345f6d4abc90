using System.IO.Hashing;
using System.Text;

namespace ModelServing.Features.Events;

/// <summary>Something that happened, from which features are computed. Its source and identifier make it unique: a second event with both
/// is a repetition of the first.</summary>
public sealed class FeatureEvent
{
    /// <summary>The most bytes of an identifier, in UTF-8.</summary>
    public const int MaxIdBytes = 128;

    /// <summary>The name of the source, such as <c>payments</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The identifier, 1 to <see cref="MaxIdBytes"/> bytes, unique within the source.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened.</summary>
    public required Instant Time { get; init; }

    /// <summary>When it became known. A backfill gives an earlier time than that of its arrival.</summary>
    public required Instant KnownTime { get; init; }

    /// <summary>The values, without repeated names: entity keys and fields alike.</summary>
    public required IReadOnlyList<EventField> Fields { get; init; }

    /// <summary>128 bits that stand for source and identifier in an entity's state.</summary>
    public UInt128 Key => KeyFrom(Source, Id);

    /// <summary>The field's value; of kind <see cref="FieldKind.None"/> if the event does not have it.</summary>
    public FieldValue this[string name]
    {
        get
        {
            for (var i = 0; i < Fields.Count; i++)
            {
                if (Fields[i].Name == name)
                    return Fields[i].Value;
            }

            return default;
        }
    }

    /// <summary>The bits that stand for a source and an identifier.</summary>
    public static UInt128 KeyFrom(string source, string id)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(id);
        var (first, second) = (Encoding.UTF8.GetByteCount(source), Encoding.UTF8.GetByteCount(id));
        var bytes = first + second < 512 ? stackalloc byte[first + 1 + second] : new byte[first + 1 + second];
        Encoding.UTF8.GetBytes(source, bytes);
        // Names of sources never contain a zero, so two pairs never give the same bytes.
        bytes[first] = 0;
        Encoding.UTF8.GetBytes(id, bytes[(first + 1)..]);
        return XxHash128.HashToUInt128(bytes);
    }
}
